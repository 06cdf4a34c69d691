namespace Perennial.Core.Scoring;

/// <summary>
/// The standard deviation of each component of the l2-normalised embeddings (unbiased, over the rows), averaged over the components:
/// about 1/√D when directions are spread evenly, 0 when the encoder has collapsed. Source: Chen and He 2021, "Exploring Simple Siamese Representation Learning", section 4.1.
/// </summary>
public static class EmbeddingStd
{
    /// <param name="embeddings">[N, D], N at least 2; normalised here.</param>
    public static double Measure(Embeddings embeddings) => Measure(UnitRows.Of(embeddings));

    /// <param name="rows">[N, D], row-major.</param>
    /// <param name="dimensions">D.</param>
    public static double Measure(ReadOnlySpan<double> rows, int dimensions) => Measure(UnitRows.Of(rows, dimensions));

    private static double Measure(UnitRows rows)
    {
        if (rows.Count < 2)
            throw new ArgumentException("A standard deviation needs at least two rows.");
        double[] means = new double[rows.Dimensions], squares = new double[rows.Dimensions];
        for (int i = 0; i < rows.Count; i++)
        {
            ReadOnlySpan<double> row = rows.Row(i);
            for (int d = 0; d < row.Length; d++)
            {
                // Welford: no cancellation however small the spread
                double difference = row[d] - means[d];
                means[d] += difference / (i + 1);
                squares[d] += difference * (row[d] - means[d]);
            }
        }
        return squares.Average(square => Math.Sqrt(square / (rows.Count - 1)));
    }
}
