namespace Perennial.Core.Scoring;

/// <summary>
/// Uniformity: log of the mean Gaussian potential over all pairs of unit embeddings, log E exp(−2 ‖f(x) − f(y)‖²), in [−8, 0]; lower is
/// more evenly spread over the sphere, 0 is collapse to a point.
/// </summary>
/// <remarks>Source: Wang, Isola, arXiv:2005.10242, section 4.1 (t = 2).</remarks>
public static class Uniformity
{
    private const double T = 2;

    /// <param name="embeddings">[N, D], N of 2 or more, any length: normalised here. All N(N − 1)/2 pairs are taken.</param>
    public static double Measure(Embeddings embeddings) => Measure(Matrix.Of(embeddings));

    /// <inheritdoc cref="Measure(Embeddings)"/>
    public static double Measure(Matrix embeddings)
    {
        if (embeddings.Rows < 2) throw new ArgumentException("At least two rows are needed.", nameof(embeddings));
        Matrix unit = embeddings.WithUnitRows();
        double[] perRow = new double[unit.Rows];
        Parallel.For(1, unit.Rows, i =>
        {
            double sum = 0;
            for (int j = 0; j < i; j++)
            {
                double squaredDistance = Math.Max(0, 2 - 2 * Matrix.Dot(unit.Row(i), unit.Row(j)));
                sum += Math.Exp(-T * squaredDistance);
            }
            perRow[i] = sum;
        });
        return Math.Log(perRow.Sum() / (unit.Rows * (unit.Rows - 1.0) / 2)); // summed in row order: the same figure on any number of cores
    }
}
