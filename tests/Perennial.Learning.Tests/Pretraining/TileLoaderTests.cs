using Perennial.Core.Corpus;
using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class TileLoaderTests
{
    [Fact]
    public void Tiles_kept_on_the_device_and_tiles_copied_for_each_batch_are_the_same()
    {
        using var scope = NewDisposeScope();
        using TileSet tiles = SampleTiles.Make(9);
        int[] rows = [7, 0, 8, 0, 3];
        using var kept = new TileLoader(tiles, CPU, largestKept: 9 * 3 * 16 * 16);
        using var copied = new TileLoader(tiles, CPU, largestKept: (9 * 3 * 16 * 16) - 1);
        Assert.True(kept.Keeps);
        Assert.False(copied.Keeps);
        Tensor batch = kept.Load(rows);
        Assert.Equal([5, 3, 16, 16], batch.shape);
        Assert.Equal(tiles.Tile(3).ToArray(), batch[4].contiguous().data<byte>().ToArray());
        Assert.True(batch.equal(copied.Load(rows)).all().item<bool>());
    }

    [Fact]
    public void On_a_processor_nothing_is_kept_unless_asked_for()
    {
        using TileSet tiles = SampleTiles.Make(2);
        using var loader = new TileLoader(tiles, CPU);
        Assert.False(loader.Keeps);
    }
}
