using Perennial.Core.Corpus;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Gives batches of tiles on the device that trains. On a CPU they are copied from the memory-mapped set; a GPU keeps the whole set where it
/// is small enough, so that a step moves only the row numbers (8 bytes an image in place of 3·S²), and gets the batches of a larger set one by one.
/// </summary>
internal sealed class TileLoader : IDisposable
{
    /// <summary>Largest set that is kept on a GPU, bytes: 1.4 million images of 32 pixels, 28 thousand of 224.</summary>
    public const long LargestKept = 4L << 30;

    private const int RowsAtOnce = 4096; // of the copy to the device

    private readonly TileSet _tiles;
    private readonly Device _device;
    private readonly Tensor? _kept; // [Count, 3, S, S], uint8

    /// <param name="tiles">The set; to be kept until after the last batch.</param>
    /// <param name="device">Where batches are wanted.</param>
    /// <param name="largestKept">Largest set that is kept on the device, bytes; null keeps nothing on a CPU and up to <see cref="LargestKept"/> elsewhere.</param>
    public TileLoader(TileSet tiles, Device device, long? largestKept = null)
    {
        (_tiles, _device) = (tiles, device);
        long limit = largestKept ?? (device.type == TorchSharp.DeviceType.CPU ? 0 : LargestKept);
        if ((long)tiles.Count * tiles.Preprocessing.TileBytes > limit) return;
        int size = tiles.Preprocessing.Size;
        _kept = empty([tiles.Count, 3, size, size], ScalarType.Byte, device).DetachFromDisposeScope();
        foreach (int[] rows in Enumerable.Range(0, tiles.Count).Chunk(RowsAtOnce))
        {
            using Tensor part = TileBatch.Of(tiles, rows), place = _kept.narrow(0, rows[0], rows.Length);
            place.copy_(part);
        }
    }

    /// <summary>True where the whole set lies on the device.</summary>
    public bool Keeps => _kept is not null;

    /// <summary>These rows in this order: [N, 3, S, S], uint8, on the device.</summary>
    public Tensor Load(ReadOnlySpan<int> rows)
    {
        if (_kept is null) return TileBatch.Of(_tiles, rows).to(_device);
        long[] indices = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++) indices[i] = rows[i];
        return _kept.index_select(0, tensor(indices).to(_device));
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Dispose();
}
