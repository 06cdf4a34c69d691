using Perennial.Core.Corpus;

namespace Perennial.Learning.Export.Quantization;

/// <summary>What an int8 variant is calibrated on and judged by.</summary>
/// <param name="Tiles">Decoded with the encoder's preprocessing.</param>
/// <param name="Train">Rows for the activations' ranges, and the bank of neighbours.</param>
/// <param name="Test">Held-out rows, which judge.</param>
public sealed record CalibrationImages(TileSet Tiles, IReadOnlyList<int> Train, IReadOnlyList<int> Test)
{
    /// <summary>The sides that the set itself states.</summary>
    public static CalibrationImages Of(TileSet tiles)
    {
        (IReadOnlyList<int> train, IReadOnlyList<int> test) = tiles.SplitRows();
        return new(tiles, train, test);
    }
}
