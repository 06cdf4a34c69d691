using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Views;

public sealed class ResamplingTests
{
    [Theory]
    [InlineData(3, 5, 8, 11, false)]
    [InlineData(0, 0, 16, 16, false)]
    [InlineData(7, 2, 4, 13, true)]
    public void A_crop_is_what_libtorchs_own_interpolation_makes_of_the_cut_out_part(int top, int left, int height, int width, bool flip)
    {
        using var scope = NewDisposeScope();
        var image = rand(1, 3, 16, 16);
        var part = image.narrow(2, top, height).narrow(3, left, width);
        var expected = nn.functional.interpolate(part, [16, 16], mode: InterpolationMode.Bilinear, align_corners: false);
        if (flip) expected = expected.flip(3);
        var actual = Resampling.Apply(image, Stretch(top, height, false, 16, 16), Stretch(left, width, flip, 16, 16));
        Assert.True(actual.allclose(expected, atol: 1e-5));
    }

    [Fact] // the tent of half width 2 over pixel centres 0.5, 1.5, 2.5, 3.5 around 2, normalised: 0.25, 0.75, 0.75, 0.25 halved
    public void Shrinking_by_two_averages_with_a_tent()
    {
        using var scope = NewDisposeScope();
        var rows = Stretch(0, 8, false, 8, 4)[0]; // [4, 8]
        float[] expected = [0, 0.125f, 0.375f, 0.375f, 0.125f, 0, 0, 0];
        Assert.Equal(expected, rows[1].data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.7)]
    [InlineData(2)]
    public void Blur_is_the_gaussian_mean_with_mirrored_borders(double sigma)
    {
        using var scope = NewDisposeScope();
        const int size = 12;
        var image = rand(1, 3, size, size);
        var blur = Resampling.Blur(tensor([(float)sigma]), size);
        var actual = Resampling.Apply(image, blur, blur);

        int radius = (int)Math.Max(1, 3 * sigma);
        int Mirror(int i) => i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i;
        for (int y = 0; y < size; y += 3)
            for (int x = 0; x < size; x++)
            {
                double sum = 0, weights = 0;
                for (int dy = -radius; dy <= radius; dy++)
                    for (int dx = -radius; dx <= radius; dx++)
                    {
                        double weight = Math.Exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
                        sum += weight * image[0, 1, Mirror(y + dy), Mirror(x + dx)].item<float>();
                        weights += weight;
                    }
                Assert.Equal(sum / weights, actual[0, 1, y, x].item<float>(), 1e-5);
            }
    }

    private static Tensor Stretch(int start, int length, bool reverse, int source, int target) =>
        Resampling.Stretch(tensor([(float)start]), tensor([(float)length]), tensor([reverse ? 1f : 0f]), source, target);
}
