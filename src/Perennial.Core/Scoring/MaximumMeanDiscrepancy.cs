using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>
/// Squared maximum mean discrepancy under the Gaussian kernel k(x, y) = exp(−‖x − y‖² / (2σ²)): how far two sets of embeddings are apart as distributions.
/// The unbiased estimate: about 0, also below it, for two sets of one distribution; at most 2. Source: Gretton et al. 2012, "A Kernel Two-Sample Test", lemma 6.
/// </summary>
public static class MaximumMeanDiscrepancy
{
    /// <summary>The median of the distances of all pairs of rows: the usual σ. The mean of the two middle ones where their number is even.</summary>
    /// <param name="rows">[N, D], N at least 2, finite.</param>
    public static double MedianDistance(Embeddings rows)
    {
        RequireTwo(rows, nameof(rows));
        double[][] values = Doubles(rows);
        List<double> distances = new(rows.Rows * (rows.Rows - 1) / 2);
        for (int i = 0; i < values.Length; i++)
        {
            for (int j = i + 1; j < values.Length; j++) distances.Add(TensorPrimitives.Distance<double>(values[i], values[j]));
        }
        if (!distances.TrueForAll(double.IsFinite)) throw new ArgumentException("The embeddings are not finite.", nameof(rows));
        distances.Sort();
        int middle = distances.Count / 2;
        return distances.Count % 2 == 1 ? distances[middle] : (distances[middle - 1] + distances[middle]) / 2;
    }

    /// <summary>MMD² of two sets, unbiased.</summary>
    /// <param name="x">[M, D], M at least 2.</param>
    /// <param name="y">[N, D], N at least 2.</param>
    /// <param name="bandwidth">σ, above 0.</param>
    public static double Squared(Embeddings x, Embeddings y, double bandwidth)
    {
        RequireTwo(x, nameof(x));
        RequireTwo(y, nameof(y));
        if (x.Dimensions != y.Dimensions) throw new ArgumentException($"One set has {x.Dimensions} dimensions, the other {y.Dimensions}.", nameof(y));
        double[][] first = Doubles(x), second = Doubles(y);
        return MeanOfPairs(first, bandwidth) + MeanOfPairs(second, bandwidth) - (2 * MeanBetween(first, second, bandwidth));
    }

    /// <summary>k of every pair of rows: [N, N], ones on the diagonal.</summary>
    internal static double[][] Kernel(Embeddings rows, double bandwidth)
    {
        double[][] values = Doubles(rows);
        double[][] kernel = [.. values.Select(_ => new double[values.Length])];
        for (int i = 0; i < values.Length; i++)
        {
            kernel[i][i] = 1;
            for (int j = i + 1; j < values.Length; j++) kernel[i][j] = kernel[j][i] = Of(values[i], values[j], bandwidth);
        }
        return kernel;
    }

    private static double MeanOfPairs(double[][] rows, double bandwidth)
    {
        double sum = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = i + 1; j < rows.Length; j++) sum += Of(rows[i], rows[j], bandwidth);
        }
        return sum / (rows.Length * (rows.Length - 1.0) / 2);
    }

    private static double MeanBetween(double[][] x, double[][] y, double bandwidth)
    {
        double sum = 0;
        foreach (double[] one in x)
        {
            foreach (double[] other in y) sum += Of(one, other, bandwidth);
        }
        return sum / ((double)x.Length * y.Length);
    }

    private static double Of(double[] x, double[] y, double bandwidth)
    {
        double distance = TensorPrimitives.Distance<double>(x, y);
        return Math.Exp(-distance * distance / (2 * bandwidth * bandwidth));
    }

    private static double[][] Doubles(Embeddings embeddings) =>
        [.. Enumerable.Range(0, embeddings.Rows).Select(i => Array.ConvertAll(embeddings.Row(i).ToArray(), value => (double)value))];

    private static void RequireTwo(Embeddings rows, string name) => ArgumentOutOfRangeException.ThrowIfLessThan(rows.Rows, 2, name);
}
