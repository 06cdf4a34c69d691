using NetVips;
using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;

namespace Perennial.Learning.Tests.Evaluation;

public sealed class ProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void The_linear_probe_names_what_a_plane_separates_and_guesses_at_noise()
    {
        (Embeddings train, int[] trainLabels) = Points(300, seed: 1, separable: true);
        (Embeddings test, int[] testLabels) = Points(300, seed: 2, separable: true);
        Assert.True(LinearProbe.Measure(train, trainLabels, test, testLabels, 3, Token) > 0.97);
        (train, trainLabels) = Points(300, seed: 3, separable: false);
        (test, testLabels) = Points(300, seed: 4, separable: false);
        Assert.InRange(LinearProbe.Measure(train, trainLabels, test, testLabels, 3, Token), 0.2, 0.47); // a third, four standard errors either way
    }

    [Fact]
    public void A_class_that_the_training_side_lacks_counts_as_missed()
    {
        (Embeddings train, int[] labels) = Points(300, seed: 1, separable: true);
        int[] half = [.. labels.Select((label, row) => row % 2 == 0 ? label : -1)];
        Assert.InRange(LinearProbe.Measure(train, labels, train, half, 3, Token), 0.48, 0.5);

        using TileSet tiles = Tiles(("red", [200, 0, 0]), ("red", [210, 0, 0]), ("blue", [0, 0, 200]), ("green", [0, 200, 0]), ("blue", [0, 0, 210]));
        (LabelledRows bank, LabelledRows queries) = LabelledRows.Of(tiles, [0, 1, 2], [3, 4]);
        Assert.Equal(["blue", "red"], bank.Classes);
        Assert.Equal([1, 1, 0], bank.Labels);
        Assert.Equal([-1, 0], queries.Labels);
    }

    [Fact]
    public void Raw_pixels_are_compared_with_the_mean_of_each_channel_taken_off()
    {
        // In [0, 1] all of these point the same way, (1, 1, 1) nearly; only what differs from the mean tells them apart.
        (string, int[])[] images = [.. Enumerable.Range(0, 24).Select(i => i % 2 == 0
            ? ("warm", new[] { 208 + i % 5, 200, 192 - i % 3 })
            : ("cold", new[] { 192 - i % 3, 200, 208 + i % 5 }))];
        using TileSet tiles = Tiles(images);
        var probe = new KnnProbe(tiles, [.. Enumerable.Range(0, 16)], [.. Enumerable.Range(16, 8)], k: 8);
        Assert.Equal((true, 8, 1.0), (probe.IsPossible, probe.Queries, probe.RawPixels()));
    }

    private static (Embeddings, int[]) Points(int count, int seed, bool separable)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => random.Next(3))];
        float[] data = [.. labels.SelectMany(label => Enumerable.Range(0, 8).Select(d => (float)(random.NextDouble() - 0.5 + (separable && d == label ? 2 : 0))))];
        return (new Embeddings(data, count, 8), labels);
    }

    private static TileSet Tiles(params (string Label, int[] Colour)[] images) => TileSet.Decode(
        images.Select((image, i) => new TileSource($"image-{i}", image.Label, Split.Train, () => Png(image.Colour, i))),
        new Preprocessing { Size = 16 }, new ImageLimits(), cachePath: null, decoded: null, Token);

    private static byte[] Png(int[] colour, int corner)
    {
        byte[] pixels = [.. Enumerable.Range(0, 16 * 16 * 3).Select(i => (byte)colour[i % 3])];
        pixels[0] = (byte)corner; // no two files are alike
        using Image image = Image.NewFromMemoryCopy(pixels, 16, 16, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return image.PngsaveBuffer();
    }
}
