namespace Perennial.Core.Scoring;

/// <summary>Embeddings of many images, one row each: [Rows, Dimensions], row-major.</summary>
public readonly record struct Embeddings
{
    /// <param name="data">rows * dimensions values; not copied.</param>
    /// <param name="rows">0 or more.</param>
    /// <param name="dimensions">1 or more.</param>
    public Embeddings(float[] data, int rows, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (data.Length != (long)rows * dimensions)
            throw new ArgumentException($"{data.Length} values are not {rows} rows of {dimensions}.", nameof(data));
        (Data, Rows, Dimensions) = (data, rows, dimensions);
    }

    public float[] Data { get; }

    public int Rows { get; }

    public int Dimensions { get; }

    /// <summary>Row i: [Dimensions].</summary>
    public ReadOnlySpan<float> Row(int i) => Data.AsSpan(i * Dimensions, Dimensions);
}
