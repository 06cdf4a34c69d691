using Perennial.Learning.Views;

namespace Perennial.Learning.Tests.Views;

public sealed class ViewDrawTests
{
    private const int Draws = 20_000;

    private static ViewDraw[] Draw(ViewParameters parameters, int size) => [.. Enumerable.Range(0, Draws).Select(i =>
    {
        var random = new RandomStream(11, 0, 0, (uint)i);
        return ViewDraw.From(ref random, parameters, size);
    })];

    [Fact] // not of the side: a side of 8 % would be an area of 0.64 %
    public void The_crops_share_of_the_area_is_uniform_over_the_scale()
    {
        var square = new ViewParameters { CropRatioMin = 1, CropRatioMax = 1 };
        double[] shares = [.. Draw(square, 1000).Select(d => d.Crop.Height * d.Crop.Width / 1e6)];
        Assert.InRange(shares.Min(), 0.078, 0.082);
        Assert.InRange(shares.Max(), 0.998, 1);
        Assert.InRange(shares.Average(), 0.54 - 0.008, 0.54 + 0.008);       // (0.08 + 1) / 2 ± 4 standard errors
        Assert.InRange(shares.Count(s => s < 0.31) / (double)Draws, 0.235, 0.265); // a quarter of the range
    }

    [Fact]
    public void The_logarithm_of_the_crops_ratio_is_uniform_and_the_crop_lies_inside()
    {
        var small = new ViewParameters { CropScaleMin = 0.1, CropScaleMax = 0.2 };
        var crops = Draw(small, 1000).Select(d => d.Crop).ToArray();
        double[] logarithms = [.. crops.Select(c => Math.Log((double)c.Width / c.Height) / Math.Log(4.0 / 3))]; // −1 to 1
        Assert.InRange(logarithms.Min(), -1.01, -0.99);
        Assert.InRange(logarithms.Max(), 0.99, 1.01);
        Assert.InRange(logarithms.Average(), -0.017, 0.017);
        Assert.InRange(logarithms.Count(l => l > 0.5) / (double)Draws, 0.235, 0.265);
        Assert.All(crops, c => Assert.True(c.Top >= 0 && c.Left >= 0 && c.Top + c.Height <= 1000 && c.Left + c.Width <= 1000));
        Assert.InRange(crops.Average(c => c.Top / (double)(1000 - c.Height)), 0.49, 0.51);
    }

    [Fact]
    public void A_crop_that_never_fits_is_the_whole_image()
    {
        var wide = new ViewParameters { CropScaleMin = 1, CropScaleMax = 1, CropRatioMin = 1, CropRatioMax = 10 };
        Assert.Contains(new CropBox(0, 0, 32, 32), Draw(wide, 32).Select(d => d.Crop));
        Assert.All(Draw(wide, 32), d => Assert.True(d.Crop.Width <= 32));
    }

    [Fact]
    public void Each_probability_is_the_share_of_views_it_names()
    {
        var parameters = new ViewParameters
        {
            FlipProbability = 0.5,
            JitterProbability = 0.8,
            GrayscaleProbability = 0.2,
            BlurProbability = 0.3,
            SolarizeProbability = 0.1,
        };
        var draws = Draw(parameters, 32);
        void Share(Predicate<ViewDraw> chosen, double expected) =>
            Assert.InRange(draws.Count(d => chosen(d)) / (double)Draws, expected - 0.015, expected + 0.015); // 4 standard deviations
        Share(d => d.Flip, 0.5);
        Share(d => d.Jitter.Length == 4, 0.8);
        Share(d => d.Grayscale, 0.2);
        Share(d => d.BlurSigma > 0, 0.3);
        Share(d => d.Solarize, 0.1);
        Share(d => d.Flip && d.Grayscale, 0.1); // independent of each other
    }

    [Fact]
    public void Jitter_draws_each_strength_around_no_change_and_the_order_at_random()
    {
        var changes = Draw(new ViewParameters { JitterProbability = 1, Brightness = 0.4, Contrast = 0.3, Saturation = 0.2, Hue = 0.1 }, 32)
            .Select(d => d.Jitter).ToArray();
        void Spread(ColourChangeKind kind, double low, double high)
        {
            double[] amounts = [.. changes.Select(c => (double)c.Single(change => change.Kind == kind).Amount)];
            Assert.InRange(amounts.Min(), low, low + 0.01);
            Assert.InRange(amounts.Max(), high - 0.01, high);
            Assert.InRange(amounts.Average(), (low + high) / 2 - 0.01, (low + high) / 2 + 0.01);
        }
        Spread(ColourChangeKind.Brightness, 0.6, 1.4 + 1e-6);
        Spread(ColourChangeKind.Contrast, 0.7 - 1e-6, 1.3);
        Spread(ColourChangeKind.Saturation, 0.8 - 1e-6, 1.2 + 1e-6);
        Spread(ColourChangeKind.Hue, -0.1 - 1e-6, 0.1);
        Assert.InRange(changes.Count(c => c[0].Kind == ColourChangeKind.Hue) / (double)Draws, 0.235, 0.265);
    }
}
