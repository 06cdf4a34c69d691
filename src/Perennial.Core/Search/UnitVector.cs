using System.Numerics.Tensors;

namespace Perennial.Core.Search;

/// <summary>The one rule for vectors that enter the index: the right length, finite, of unit length, so that a dot product is a cosine.</summary>
internal static class UnitVector
{
    /// <summary>How far the length may lie from 1: what half-precision engines need, and no more.</summary>
    public const float Tolerance = 0.01f;

    public static void Check(ReadOnlySpan<float> vector, int dimensions, string owner)
    {
        if (vector.Length != dimensions)
            throw new DimensionMismatchException($"{owner} has {vector.Length} dimensions; the collection has {dimensions}.", dimensions, vector.Length);
        float length = TensorPrimitives.Norm(vector);
        if (!float.IsFinite(length))
            throw new ArgumentException($"{owner} is not finite.");
        if (MathF.Abs(length - 1) > Tolerance)
            throw new ArgumentException($"{owner} has length {length:G4}; vectors must be L2-normalised (length 1 within {Tolerance:P0}).");
    }
}
