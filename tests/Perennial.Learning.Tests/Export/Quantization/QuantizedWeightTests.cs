using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;

namespace Perennial.Learning.Tests.Export.Quantization;

public sealed class QuantizedWeightTests
{
    // By hand. Channel 0: largest 127, scale 1, halves to even. Channel 1: largest 254, scale 2. Bias in units of 0.25 · scale: 3 / 0.25, -5 / 0.5.
    [Fact]
    public void Each_channel_has_the_scale_of_its_largest_weight()
    {
        QuantizedWeight quantized = QuantizedWeight.Of([127, 0.5f, 1.5f, -2.5f, -254, 3, 5, 0], [3, -5], inputScale: 0.25f);
        Assert.Equal([1f, 2f], quantized.Scales);
        Assert.Equal([127, 0, 2, -2, -127, 2, 2, 0], quantized.Values.Select(value => (int)value));
        Assert.Equal([0.25f, 0.5f], quantized.BiasScales);
        Assert.Equal([12, -10], quantized.Bias);
    }

    [Fact]
    public void No_weight_is_further_off_than_half_a_step()
    {
        Random random = new(1);
        float[] weight = [.. Enumerable.Range(0, 8 * 90).Select(i => (float)((random.NextDouble() - 0.5) * Math.Pow(10, i / 90 - 4)))]; // 1e-4 to 1e3
        QuantizedWeight quantized = QuantizedWeight.Of(weight, new float[8], 0.01f);
        for (int i = 0; i < weight.Length; i++)
            Assert.InRange(Math.Abs(quantized.Values[i] * (double)quantized.Scales[i / 90] - weight[i]), 0, 0.5001 * quantized.Scales[i / 90]);
        Assert.Equal(8, Enumerable.Range(0, 8).Count(channel => quantized.Values.Skip(channel * 90).Take(90).Any(value => Math.Abs((int)value) == 127)));
    }

    [Fact]
    public void A_channel_of_zeros_keeps_its_bias()
    {
        QuantizedWeight quantized = QuantizedWeight.Of([0, 0], [0.7f], inputScale: 0.02f);
        Assert.All(quantized.Values, value => Assert.Equal(0, value));
        Assert.Equal(0.7, quantized.Bias[0] * (double)quantized.BiasScales[0], 1e-6);
    }

    // 1000 / (0.01 · 1e-9 / 127) would be 1e16, beyond int32.
    [Fact]
    public void A_bias_far_above_its_weights_still_fits()
    {
        QuantizedWeight quantized = QuantizedWeight.Of([1e-9f, -1e-9f], [1000], inputScale: 0.01f);
        Assert.Equal(1000, quantized.Bias[0] * (double)quantized.BiasScales[0], 1e-3);
    }

    [Fact]
    public void Weights_that_are_not_finite_are_refused() =>
        Assert.Throws<ExportException>(() => QuantizedWeight.Of([1, float.NaN], [0], 1));
}
