namespace Perennial.Learning.Export.Quantization;

/// <summary>
/// Weights as int8 with a scale for each output channel and no zero point, and the bias as int32 in units of (scale of the input · scale of the channel),
/// which is what an accumulator of products is in.
/// </summary>
/// <param name="Values">In [-127, 127], in the order of the weights.</param>
/// <param name="Scales">[OutChannels], above 0.</param>
/// <param name="Bias">[OutChannels].</param>
/// <param name="BiasScales">[OutChannels]: input scale · <paramref name="Scales"/>.</param>
internal sealed record QuantizedWeight(sbyte[] Values, float[] Scales, int[] Bias, float[] BiasScales)
{
    private const int Largest = sbyte.MaxValue;

    // A quarter of int32's range is the bias's, so that products still fit above it.
    private const double LargestBias = 1 << 29;

    /// <summary>Rounds weights [OutChannels, ...] and bias [OutChannels] to the nearest, halves to even.</summary>
    /// <param name="weight">Finite.</param>
    /// <param name="bias">Finite.</param>
    /// <param name="inputScale">Scale of the activations that the weights are multiplied with.</param>
    /// <exception cref="ExportException">A value is not finite.</exception>
    public static QuantizedWeight Of(ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, float inputScale)
    {
        int channels = bias.Length, taps = weight.Length / channels;
        sbyte[] values = new sbyte[weight.Length];
        (float[] scales, float[] units) = (new float[channels], new float[channels]);
        int[] wholeBias = new int[channels];
        for (int channel = 0; channel < channels; channel++)
        {
            ReadOnlySpan<float> row = weight.Slice(channel * taps, taps);
            scales[channel] = ScaleOf(row, bias[channel], inputScale);
            units[channel] = inputScale * scales[channel];
            wholeBias[channel] = (int)Math.Clamp(Math.Round(bias[channel] / (double)units[channel], MidpointRounding.ToEven), -2 * LargestBias, 2 * LargestBias);
            for (int i = 0; i < taps; i++)
                values[channel * taps + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / scales[channel], MidpointRounding.ToEven), -Largest, Largest);
        }
        return new(values, scales, wholeBias, units);
    }

    // The largest weight becomes 127. Where the weights are nothing beside the bias, the scale is what the bias needs to fit into int32.
    private static float ScaleOf(ReadOnlySpan<float> row, float bias, float inputScale)
    {
        double largest = 0;
        foreach (float value in row) largest = Math.Max(largest, Math.Abs((double)value));
        if (!double.IsFinite(largest) || !float.IsFinite(bias))
            throw new ExportException("A weight is not a number: the training has diverged. Train again with a lower learning rate.");
        return (float)Math.Max(Math.Max(largest / Largest, ActivationScale.Smallest), Math.Abs((double)bias) / (inputScale * LargestBias));
    }
}
