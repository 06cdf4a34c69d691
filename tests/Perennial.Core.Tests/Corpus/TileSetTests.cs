using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class TileSetTests
{
    private static readonly Preprocessing Small = new() { Size = 8 };

    [Fact]
    public void Tiles_keep_the_order_of_their_sources_and_unreadable_ones_are_listed()
    {
        var sources = Enumerable.Range(0, 100).Select(seed => new TileSource(
            $"{seed}", $"label {seed}", seed % 2 == 0 ? Split.Train : Split.Test,
            () => seed == 50 ? "no image"u8.ToArray() : PngWriter.Write(8, 8, Pictures.Noise(8, 8, seed))));
        using var tiles = TileSet.Decode(sources, Small, new ImageLimits(), null, null, TestContext.Current.CancellationToken);
        var seeds = Enumerable.Range(0, 100).Where(seed => seed != 50).ToArray();
        Assert.Equal(["This is text, not an image. Send a JPEG, PNG, WebP, GIF or TIFF image."], tiles.Skipped.Select(image => image.Reason));
        Assert.Equal(seeds.Select(seed => $"{seed}"), tiles.Ids);
        Assert.All(seeds.Index(), seed => Assert.Equal(Pictures.Planar(Pictures.Noise(8, 8, seed.Item)), tiles.Tile(seed.Index).ToArray()));
        Assert.Equal("50", Assert.Single(tiles.Skipped).Name);
    }
}
