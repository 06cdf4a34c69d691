namespace Perennial.Core.Scoring;

/// <summary>
/// RankMe: the effective rank of a matrix of embeddings, exp of the entropy of its normalised singular values, in [1, min(N, D)].
/// <code>p_k = σ_k / Σσ + 10⁻⁷,   RankMe = exp(−Σ p_k log p_k)</code>
/// Compare it between runs of one method only.
/// </summary>
/// <remarks>Source: Garrido, Balestriero, Najman, LeCun, "RankMe: Assessing the Downstream Performance of Pretrained Self-Supervised Representations by Their Rank", arXiv:2210.02885, eq. 1; 25,600 rows suffice there.</remarks>
public static class RankMe
{
    private const double Epsilon = 1e-7;

    /// <param name="embeddings">[N, D], not all zero.</param>
    public static double Measure(Embeddings embeddings) => Measure(Matrix.Of(embeddings));

    /// <inheritdoc cref="Measure(Embeddings)"/>
    public static double Measure(Matrix embeddings)
    {
        double[] sigma = SingularValues.Of(embeddings);
        double sum = sigma.Sum();
        if (sigma.Length == 0 || sum == 0) throw new ArgumentException("The rows are empty or all zero.", nameof(embeddings));
        return Math.Exp(-sigma.Sum(s =>
        {
            double p = s / sum + Epsilon;
            return p * Math.Log(p);
        }));
    }
}
