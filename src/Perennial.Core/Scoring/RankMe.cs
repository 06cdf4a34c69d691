using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>
/// RankMe: the effective rank of the embedding matrix Z. With its singular values σ: p_k = σ_k / Σσ + 1e-7, RankMe = exp(−Σ p_k ln p_k), [1, min(N, D)];
/// low when the embeddings live in few directions (dimensional collapse). Compares runs of one method, not of different methods.
/// Source: Garrido et al. 2023, "RankMe: Assessing the Downstream Performance of Pretrained Self-Supervised Representations by Their Rank", equation 1.
/// </summary>
public static class RankMe
{
    private const double Epsilon = 1e-7;

    /// <param name="embeddings">[N, D], N above 0, taken as they are; some thousand rows suffice.</param>
    public static double Measure(Embeddings embeddings)
    {
        double[] rows = new double[embeddings.Data.Length];
        TensorPrimitives.ConvertTruncating<float, double>(embeddings.Data, rows);
        return Measure(rows, embeddings.Dimensions);
    }

    /// <param name="rows">[N, D], row-major.</param>
    /// <param name="dimensions">D.</param>
    /// <returns>1 also for a matrix of zeros.</returns>
    public static double Measure(ReadOnlySpan<double> rows, int dimensions)
    {
        double[] singular = SingularValues.Of(rows, dimensions);
        double sum = singular.Sum();
        return sum == 0 ? 1 : Math.Exp(singular.Sum(value =>
        {
            double p = (value / sum) + Epsilon;
            return -p * Math.Log(p);
        }));
    }
}
