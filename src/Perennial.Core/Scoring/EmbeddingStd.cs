namespace Perennial.Core.Scoring;

/// <summary>
/// Mean over the dimensions of the standard deviation (unbiased, over the images) of unit embeddings: about 1/√D when they
/// are spread out, 0 when they have collapsed to one point.
/// </summary>
/// <remarks>Source: Chen, He, "Exploring Simple Siamese Representation Learning", arXiv:2011.10566, section 4.1.</remarks>
public static class EmbeddingStd
{
    /// <param name="embeddings">[N, D], N of 2 or more, any length: normalised here.</param>
    public static double Measure(Embeddings embeddings) => Measure(Matrix.Of(embeddings));

    /// <inheritdoc cref="Measure(Embeddings)"/>
    public static double Measure(Matrix embeddings)
    {
        if (embeddings.Rows < 2) throw new ArgumentException("At least two rows are needed.", nameof(embeddings));
        Matrix unit = embeddings.WithUnitRows();
        double total = 0;
        for (int j = 0; j < unit.Columns; j++)
        {
            double mean = 0, squares = 0;
            for (int i = 0; i < unit.Rows; i++) mean += unit[i, j];
            mean /= unit.Rows;
            for (int i = 0; i < unit.Rows; i++) squares += (unit[i, j] - mean) * (unit[i, j] - mean);
            total += Math.Sqrt(squares / (unit.Rows - 1));
        }
        return total / unit.Columns;
    }
}
