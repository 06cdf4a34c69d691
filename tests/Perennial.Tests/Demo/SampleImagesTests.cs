using System.Security.Cryptography;
using Perennial.Demo.Samples;
using SkiaSharp;

namespace Perennial.Tests.Demo;

public sealed class SampleImagesTests
{
    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        IReadOnlyList<Sample> first = SampleImages.Render(40, 11, null, TestContext.Current.CancellationToken);
        IReadOnlyList<Sample> second = SampleImages.Render(40, 11, null, TestContext.Current.CancellationToken);
        Assert.Equal(first.Select(Digest), second.Select(Digest));
    }

    [Fact]
    public void Another_seed_gives_other_pictures()
    {
        IReadOnlyList<Sample> first = SampleImages.Render(40, 11, null, TestContext.Current.CancellationToken);
        IReadOnlyList<Sample> second = SampleImages.Render(40, 12, null, TestContext.Current.CancellationToken);
        Assert.Empty(first.Select(Digest).Intersect(second.Select(Digest)));
    }

    [Fact]
    public void Families_are_balanced_and_no_picture_repeats()
    {
        IReadOnlyList<Sample> samples = SampleImages.Render(200, 3, null, TestContext.Current.CancellationToken);
        Assert.True(SampleImages.Families.Count >= 8);
        Assert.All(SampleImages.Families, family => Assert.Equal(20, samples.Count(sample => sample.Family == family)));
        Assert.Equal(200, samples.Select(Digest).Distinct().Count());
        Assert.Equal(200, samples.Select(sample => sample.Name).Distinct().Count());
    }

    [Fact]
    public void Every_picture_decodes_and_its_extension_tells_its_format()
    {
        foreach (Sample sample in SampleImages.Render(60, 5, null, TestContext.Current.CancellationToken))
        {
            using SKCodec codec = SKCodec.Create(new MemoryStream(sample.Bytes));
            Assert.Equal(sample.Name.EndsWith(".jpg", StringComparison.Ordinal) ? SKEncodedImageFormat.Jpeg : SKEncodedImageFormat.Png, codec.EncodedFormat);
            Assert.InRange(codec.Info.Width, 56, 80);
            Assert.InRange(codec.Info.Height, 56, 80);
        }
    }

    /// <summary>A nearest neighbour that sees mean colours alone must be near the one in ten of a guess.</summary>
    [Fact]
    public void Mean_colour_does_not_tell_the_family()
    {
        IReadOnlyList<Sample> samples = SampleImages.Render(600, 9, null, TestContext.Current.CancellationToken);
        (float R, float G, float B)[] colours = [.. samples.Select(MeanColour)];
        int right = 0;
        for (int query = 0; query < samples.Count; query++)
        {
            int nearest = Enumerable.Range(0, samples.Count).Where(other => other != query).MinBy(other => Distance(colours[query], colours[other]));
            right += samples[nearest].Family == samples[query].Family ? 1 : 0;
        }
        Assert.InRange(right / (double)samples.Count, 0, 0.2);
    }

    private static string Digest(Sample sample) => Convert.ToHexString(SHA256.HashData(sample.Bytes));

    private static (float R, float G, float B) MeanColour(Sample sample)
    {
        using SKBitmap whole = SKBitmap.Decode(sample.Bytes);
        using SKBitmap one = whole.Resize(new SKImageInfo(8, 8), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return ((float)one.Pixels.Average(p => p.Red), (float)one.Pixels.Average(p => p.Green), (float)one.Pixels.Average(p => p.Blue));
    }

    private static float Distance((float R, float G, float B) a, (float R, float G, float B) b)
        => ((a.R - b.R) * (a.R - b.R)) + ((a.G - b.G) * (a.G - b.G)) + ((a.B - b.B) * (a.B - b.B));
}
