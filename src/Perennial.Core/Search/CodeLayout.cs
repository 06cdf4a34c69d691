namespace Perennial.Core.Search;

/// <summary>
/// Where a block's int8 codes lie. Sixteen rows go together: four values of the first row, of the second, ... of the sixteenth, then the next four values of each, so that
/// one line of the cache is multiplied by four values of the query and no sum crosses lanes. A code is a byte, 128 more than the integer. After the codes: a float32
/// scale a row, then the error ratio (float32) and the checksum (u32 CRC-32C), filled to a page.
/// </summary>
internal static class CodeLayout
{
    public const int WordBytes = 4;

    /// <summary>Rows of a group.</summary>
    public const int Group = 16;

    public const int Line = Group * WordBytes;

    /// <summary>The byte that stands for 0.</summary>
    public const int Zero = 128;

    /// <summary>Largest code.</summary>
    public const int Greatest = 127;

    private const int Page = 4096;

    /// <summary>Groups of four values of a row.</summary>
    public static int Words(int dimensions) => (dimensions + WordBytes - 1) / WordBytes;

    public static int CodeBytes(int dimensions) => RowBlock.Rows * Words(dimensions) * WordBytes;

    public const int ScaleBytes = RowBlock.Rows * sizeof(float);

    /// <summary>From one block of the file to the next.</summary>
    public static long BlockBytes(int dimensions) => (long)CodeBytes(dimensions) + ScaleBytes + Page;
}
