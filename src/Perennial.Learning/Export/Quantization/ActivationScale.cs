namespace Perennial.Learning.Export.Quantization;

/// <summary>How a tensor's values are kept as uint8: <c>q = clamp(round(x / Scale) + ZeroPoint, 0, 255)</c>, rounding half to even (ONNX: QuantizeLinear).</summary>
/// <param name="Scale">Distance of neighbouring values, above 0.</param>
/// <param name="ZeroPoint">What stands for 0, which is always kept exactly: padding and ReLU make many of them.</param>
internal readonly record struct ActivationScale(float Scale, byte ZeroPoint)
{
    /// <summary>A smaller scale would only serve values that are zero in all but name, and overflow as a divisor.</summary>
    public const float Smallest = 1e-12f;

    private const int Levels = byte.MaxValue;

    /// <summary>The scale whose 256 values cover a range, widened to have 0 in it.</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Largest value; where both are 0 (nothing ever comes through) any scale will do.</param>
    /// <exception cref="ExportException">A limit is not finite.</exception>
    public static ActivationScale Of(float low, float high)
    {
        if (!float.IsFinite(low) || !float.IsFinite(high))
            throw new ExportException($"Activations reach from {low} to {high}, which no scale of int8 covers: the training has diverged.");
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        if (low == high) return new(1f / Levels, 0);
        double scale = Math.Max(((double)high - low) / Levels, Smallest);
        return new((float)scale, (byte)Math.Clamp(Math.Round(-low / scale, MidpointRounding.ToEven), 0, Levels));
    }

    /// <summary>Smallest and largest <c>q - ZeroPoint</c>.</summary>
    public (int Low, int High) Limits => (-ZeroPoint, Levels - ZeroPoint);
}
