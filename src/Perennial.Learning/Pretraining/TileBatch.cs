using Perennial.Core.Corpus;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>Tiles of a set as one tensor.</summary>
internal static class TileBatch
{
    /// <summary>[N, 3, S, S], uint8.</summary>
    public static Tensor Of(TileSet tiles, ReadOnlySpan<int> rows)
    {
        int size = tiles.Preprocessing.Size, length = tiles.Preprocessing.TileBytes;
        byte[] bytes = new byte[rows.Length * length];
        for (int i = 0; i < rows.Length; i++) tiles.Tile(rows[i]).CopyTo(bytes.AsSpan(i * length, length));
        return tensor(bytes, [rows.Length, 3, size, size], ScalarType.Byte); // [N, 3, S, S]
    }
}
