using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Views;

/// <summary>Against the definitions of torchvision's functional API, pixel by pixel in double precision.</summary>
public sealed class ColoursTests
{
    private readonly double[][] _pixels = [.. Enumerable.Range(0, 64).Select(i => new[]
    {
        i % 4 / 3.0, i / 4 % 4 / 3.0, i / 16 / 3.0, // every corner of the colour cube, greys and primaries among them
    })];

    [Theory]
    [InlineData(0.6f)]
    [InlineData(1.4f)]
    public void Brightness_multiplies(float factor) =>
        Check(ColourChangeKind.Brightness, factor, p => [.. p.Select(c => Clamp(c * factor))]);

    [Theory]
    [InlineData(0.6f)]
    [InlineData(1.4f)]
    public void Contrast_blends_with_the_mean_grey_of_the_image(float factor)
    {
        double mean = _pixels.Average(Grey);
        Check(ColourChangeKind.Contrast, factor, p => [.. p.Select(c => Clamp(factor * c + (1 - factor) * mean))]);
    }

    [Theory]
    [InlineData(0.6f)]
    [InlineData(1.4f)]
    public void Saturation_blends_with_the_pixels_grey(float factor) =>
        Check(ColourChangeKind.Saturation, factor, p => [.. p.Select(c => Clamp(factor * c + (1 - factor) * Grey(p)))]);

    [Theory]
    [InlineData(0.1f)]
    [InlineData(-0.1f)]
    [InlineData(0.5f)]
    public void Hue_turns_the_colour_circle_and_keeps_value_and_chroma(float turn) =>
        Check(ColourChangeKind.Hue, turn, p => Turned(p, turn));

    [Fact]
    public void Red_turned_by_a_third_is_green()
    {
        var red = tensor([1f, 0, 0], [1, 3, 1, 1]);
        var green = Colours.Change(ColourChangeKind.Hue, red, tensor([1 / 3f], [1, 1, 1, 1]));
        Assert.True(green.flatten().allclose(tensor([0f, 1, 0]), atol: 1e-5));
    }

    [Fact]
    public void Solarize_inverts_the_bright_half() =>
        Assert.Equal([0f, 0.25f, 0.5f, 0.25f, 0f], Colours.Solarize(tensor([0f, 0.25f, 0.5f, 0.75f, 1f])).data<float>().ToArray());

    private void Check(ColourChangeKind kind, float amount, Func<double[], double[]> reference)
    {
        using var scope = NewDisposeScope();
        var image = tensor([.. _pixels.SelectMany(p => p.Select(c => (float)c))]).reshape(8, 8, 3).permute(2, 0, 1); // [3, 8, 8]
        var batch = stack([image, 1 - image], 0);                               // the second image has another amount
        var changed = Colours.Change(kind, batch, tensor([amount, kind == ColourChangeKind.Hue ? 0 : 1f], [2, 1, 1, 1]));
        Assert.True(changed[1].allclose(1 - image, atol: 1e-5));
        for (int i = 0; i < 64; i++)
        {
            double[] expected = reference(_pixels[i]);
            for (int c = 0; c < 3; c++) Assert.Equal(expected[c], changed[0, c, i / 8, i % 8].item<float>(), 1e-5);
        }
    }

    private static double Clamp(double value) => Math.Clamp(value, 0, 1);

    private static double Grey(double[] p) => 0.2989 * p[0] + 0.587 * p[1] + 0.114 * p[2];

    // Smith's hexcone model as textbooks write it: six sectors with p, q and t.
    private static double[] Turned(double[] rgb, double turn)
    {
        double max = rgb.Max(), min = rgb.Min();
        if (max == min) return rgb;
        double[] distance = [.. rgb.Select(c => (max - c) / (max - min))];
        double hue = rgb[0] == max ? distance[2] - distance[1] : rgb[1] == max ? 2 + distance[0] - distance[2] : 4 + distance[1] - distance[0];
        hue = ((hue / 6 + turn) % 1 + 1) % 1;
        double saturation = (max - min) / max, sector = Math.Floor(hue * 6), f = hue * 6 - sector;
        double p = max * (1 - saturation), q = max * (1 - saturation * f), t = max * (1 - saturation * (1 - f));
        return ((int)sector % 6) switch
        {
            0 => [max, t, p],
            1 => [q, max, p],
            2 => [p, max, t],
            3 => [p, q, max],
            4 => [t, p, max],
            _ => [max, p, q],
        };
    }
}
