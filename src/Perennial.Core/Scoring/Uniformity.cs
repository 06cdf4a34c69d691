using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>
/// Uniformity: log of the mean over all pairs i &lt; j of exp(−2‖f(x_i) − f(x_j)‖²), on unit vectors, [−8, 0]; lower is more evenly spread, 0 is collapse to a point.
/// Source: Wang and Isola 2020, section 4.1 (t = 2).
/// </summary>
public static class Uniformity
{
    private const double T = 2;

    /// <param name="embeddings">[N, D], N at least 2; normalised here. All N(N−1)/2 pairs are visited.</param>
    public static double Measure(Embeddings embeddings) => Measure(UnitRows.Of(embeddings));

    /// <param name="rows">[N, D], row-major.</param>
    /// <param name="dimensions">D.</param>
    public static double Measure(ReadOnlySpan<double> rows, int dimensions) => Measure(UnitRows.Of(rows, dimensions));

    private static double Measure(UnitRows rows)
    {
        if (rows.Count < 2)
            throw new ArgumentException("Uniformity needs at least two rows.");
        // ‖x − y‖² = x·x + y·y − 2 x·y, where x·x is 1, or 0 for a zero row
        double[] squares = [.. Enumerable.Range(0, rows.Count).Select(i => Similarities.Of(rows.Row(i), rows.Row(i)))];
        double[][] sums = Similarities.Visit(rows, rows, _ => new double[1], (tile, sum) =>
        {
            Span<double> exponents = stackalloc double[tile.BankRows];
            for (int query = 0; query < tile.Queries; query++)
            {
                int i = tile.FirstQuery + query;
                int skip = Math.Clamp(i + 1 - tile.FirstBank, 0, tile.BankRows); // pairs with j <= i
                Span<double> pairs = exponents[skip..];
                TensorPrimitives.Multiply(tile.Row(query)[skip..], 2 * T, pairs);
                for (int j = 0; j < pairs.Length; j++)
                    pairs[j] -= T * (squares[i] + squares[tile.FirstBank + skip + j]);
                TensorPrimitives.Exp<double>(pairs, pairs);
                sum[0] += TensorPrimitives.Sum<double>(pairs);
            }
        }, upperTriangle: true);
        return Math.Log(sums.Sum(sum => sum[0]) / (rows.Count * (rows.Count - 1.0) / 2));
    }
}
