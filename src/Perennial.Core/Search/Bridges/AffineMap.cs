using System.Numerics.Tensors;

namespace Perennial.Core.Search.Bridges;

/// <summary>y = x W + b, then scaled to unit length: a vector of one embedding space as it would nearly be in another one, whose dimensions may differ.</summary>
public sealed class AffineMap
{
    private readonly float[] _weights;
    private readonly float[] _offset;

    /// <param name="weights">W, [from, to], row-major, finite; not copied.</param>
    /// <param name="offset">b, [to], finite; not copied.</param>
    public AffineMap(float[] weights, float[] offset)
    {
        ArgumentOutOfRangeException.ThrowIfZero(offset.Length, nameof(offset));
        if (weights.Length == 0 || weights.Length % offset.Length != 0)
            throw new ArgumentException($"{weights.Length} weights are not whole rows of {offset.Length}.", nameof(weights));
        if (!float.IsFinite(TensorPrimitives.SumOfMagnitudes<float>(weights) + TensorPrimitives.SumOfMagnitudes<float>(offset)))
            throw new ArgumentException("The map is not finite.", nameof(weights));
        (_weights, _offset, From, To) = (weights, offset, weights.Length / offset.Length, offset.Length);
    }

    /// <summary>Dimensions of the vectors that are mapped.</summary>
    public int From { get; }

    /// <summary>Dimensions of the result.</summary>
    public int To { get; }

    /// <summary>[From, To], row-major.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>[To].</summary>
    public ReadOnlySpan<float> Offset => _offset;

    /// <summary>The mapped vector, [To], unit length; null where the map leads to zero, which has no direction.</summary>
    /// <param name="vector">[From], unit length.</param>
    /// <exception cref="DimensionMismatchException">It has another length.</exception>
    public float[]? Apply(ReadOnlySpan<float> vector)
    {
        if (vector.Length != From) throw new DimensionMismatchException($"The vector has {vector.Length} dimensions; the bridge takes {From}.", From, vector.Length);
        float[] mapped = [.. _offset];
        for (int i = 0; i < vector.Length; i++)
            TensorPrimitives.MultiplyAdd(_weights.AsSpan(i * To, To), vector[i], mapped, mapped);
        float length = TensorPrimitives.Norm<float>(mapped);
        if (!float.IsFinite(length) || length == 0) return null;
        TensorPrimitives.Divide(mapped, length, mapped);
        return mapped;
    }
}
