using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Core.Tests.Images;

namespace Perennial.Core.Tests.Corpus;

public sealed class TileSetTests : IDisposable
{
    private static readonly Preprocessing Small = new() { Size = 8 };

    private readonly TemporaryFolder _folder = new();
    private int _read;

    private string Cache => _folder.File("cache/tiles.bin");

    public void Dispose() => _folder.Dispose();

    // Image 50 is broken and image 51 cannot be read.
    private IEnumerable<TileSource> Sources(int count = 100, string label = "label") => Enumerable.Range(0, count).Select(seed => new TileSource(
        $"{seed}", $"{label} {seed % 10}", seed % 4 == 0 ? Split.Test : Split.Train, () =>
        {
            Interlocked.Increment(ref _read);
            if (seed == 51) throw new FileNotFoundException("gone", "/secret/path");
            return seed == 50 ? "no image"u8.ToArray() : PngWriter.Write(8, 8, Pictures.Noise(8, 8, seed));
        }));

    private TileSet Decode(IEnumerable<TileSource> sources, string? cache = null, Preprocessing? preprocessing = null) =>
        TileSet.Decode(sources, preprocessing ?? Small, new ImageLimits(), cache, null, TestContext.Current.CancellationToken);

    private static int[] Whole(int count = 100) => [.. Enumerable.Range(0, count).Where(seed => seed is not (50 or 51))];

    private static void AssertWhole(TileSet tiles, int count = 100)
    {
        Assert.Equal(Whole(count).Select(seed => $"{seed}"), tiles.Ids);
        foreach (var (row, seed) in Whole(count).Index()) Assert.Equal(Pictures.Planar(Pictures.Noise(8, 8, seed)), tiles.Tile(row).ToArray());
        Assert.Equal(
            [new SkippedImage("50", "This is text, not an image. Send a JPEG, PNG, WebP, GIF or TIFF image."), new SkippedImage("51", "The image is no longer there.")],
            tiles.Skipped);
    }

    [Fact]
    public void Tiles_keep_the_order_of_their_sources_and_unreadable_ones_are_listed()
    {
        using var tiles = Decode(Sources());
        AssertWhole(tiles);
        Assert.Equal(98, tiles.Count);
        Assert.Equal(Whole().Select(seed => $"label {seed % 10}"), tiles.Labels);
        Assert.Equal(Whole().Select(seed => seed % 4 == 0 ? Split.Test : Split.Train), tiles.Splits);
    }

    [Fact]
    public void Every_image_is_counted_once_in_order()
    {
        var counted = new List<int>();
        using var tiles = TileSet.Decode(Sources(), Small, new ImageLimits(), null, counted.Add, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(1, 100), counted);
    }

    [Fact]
    public void A_cache_of_the_same_images_is_taken_without_reading_them()
    {
        Decode(Sources(), Cache).Dispose();
        _read = 0;
        using var tiles = Decode(Sources(label: "new label"), Cache);
        AssertWhole(tiles);
        Assert.Equal(0, _read);
        Assert.Equal("new label 0", tiles.Labels[0]); // labels are not cached
        using var normalised = Decode(Sources(), Cache, Small with { Mean = [0, 0, 0] });
        Assert.Equal(0, _read); // neither are mean and std
        Assert.Equal([0, 0, 0], normalised.Preprocessing.Mean);
        Assert.Equal([Cache], Directory.GetFiles(_folder.File("cache")));
    }

    [Fact]
    public void A_cache_of_other_images_or_another_preprocessing_is_replaced()
    {
        Decode(Sources(), Cache).Dispose();
        _read = 0;
        using (var more = Decode(Sources(120), Cache)) AssertWhole(more, 120);
        Assert.Equal(120, _read);
        using (var larger = Decode(Sources(120), Cache, Small with { Size = 16 })) Assert.Equal(3 * 16 * 16, larger.Tile(0).Length);
        Assert.Equal(240, _read);
        Decode(Sources(120), Cache, new Preprocessing { Size = 16, Resize = ResizeMode.Squash }).Dispose();
        Assert.Equal(360, _read);
    }

    [Fact]
    public void A_torn_cache_is_rebuilt()
    {
        Decode(Sources(), Cache).Dispose();
        var whole = File.ReadAllBytes(Cache);
        for (var turn = 0; turn < 12; turn++)
        {
            var torn = turn < 6 ? whole[..(whole.Length * turn / 6)] : [.. whole];
            if (turn >= 6) torn[new[] { 0, 8, 12, 16, 40, 70 }[turn - 6]] ^= 0x10; // each field of the header
            File.WriteAllBytes(Cache, torn);
            _read = 0;
            using var tiles = Decode(Sources(), Cache);
            Assert.Equal(100, _read);
            AssertWhole(tiles);
            Assert.Equal(whole, File.ReadAllBytes(Cache));
        }
    }

    [Fact]
    public void A_set_in_use_outlives_the_replacement_of_its_cache()
    {
        using var tiles = Decode(Sources(), Cache);
        using (var other = Decode(Sources(10), Cache)) Assert.Equal(10, other.Count);
        File.Delete(Cache);
        AssertWhole(tiles);
    }

    [Fact]
    public void A_cancelled_decoding_leaves_nothing_behind()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => TileSet.Decode(
            Sources(5000), Small, new ImageLimits(), Cache, done => { if (done == 10) cancellation.Cancel(); }, cancellation.Token));
        Assert.Empty(Directory.GetFiles(_folder.File("cache")));
    }

    [Fact]
    public void A_file_left_aside_by_a_dead_process_is_removed_and_one_in_use_is_not()
    {
        Directory.CreateDirectory(_folder.File("cache"));
        File.WriteAllText(Cache + ".aside-dead", "x");
        using (File.OpenHandle(Cache + ".aside-alive", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read))
        {
            Decode(Sources(), Cache).Dispose();
        }

        Assert.Equal([Cache, Cache + ".aside-alive"], Directory.GetFiles(_folder.File("cache")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_subset_shares_the_file_and_outlives_the_whole()
    {
        var whole = Decode(Sources());
        using var subset = whole.Subset([7, 3, 60, 3]);
        using var second = subset.Subset([2, 0]);
        whole.Dispose();
        Assert.Equal(["7", "3", "62", "3"], subset.Ids);
        Assert.Equal(["62", "7"], second.Ids);
        Assert.Equal(Pictures.Planar(Pictures.Noise(8, 8, 62)), second.Tile(0).ToArray());
        Assert.Equal(Pictures.Planar(Pictures.Noise(8, 8, 7)), subset.Tile(0).ToArray());
        Assert.Throws<ObjectDisposedException>(() => whole.Tile(0).Length);
    }

    [Fact]
    public void Rows_are_split_by_their_sides()
    {
        using var tiles = Decode(Sources(12));
        Assert.Equal([0, 4, 8], tiles.SplitRows().Test);
        Assert.Equal([1, 2, 3, 5, 6, 7, 9, 10, 11], tiles.SplitRows().Train);
    }

    [Fact]
    public void No_images_make_an_empty_set()
    {
        using var tiles = Decode([]);
        Assert.Equal(0, tiles.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => tiles.Tile(0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => tiles.Tile(-1).Length);
    }

    [Fact]
    public void A_dataset_image_becomes_a_source_under_its_content()
    {
        var held = TileSource.Of(new DatasetImage("test/cat/1.png", "cat", Split.Test, Pictures.Png(1)));
        Assert.Equal((ImageId.Of(Pictures.Png(1)), "cat", Split.Test), (held.Id, held.Label, held.Split));
        Assert.Equal(Splits.Of(held.Id), TileSource.Of(new DatasetImage("1.png", null, null, Pictures.Png(1))).Split);
        Assert.Equal(Pictures.Png(1), held.Read());
    }

    [Fact]
    public void Real_images_decode_to_thirty_two_by_thirty_two()
    {
        var images = CifarImages.Take(300);
        using var tiles = Decode(images.Select(image => new TileSource(image.Name, null, Split.Test, () => image.Bytes)), null, new Preprocessing());
        Assert.Equal(images.Select(image => image.Name), tiles.Ids);
        Assert.All(images.Index(), image => Assert.Equal(Tiles.Of(image.Item.Bytes), tiles.Tile(image.Index).ToArray()));
    }
}
