using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// Barlow Twins: the cross-correlation C of the two views' standardised projections is pulled to the identity.
/// <code>Σ_i (1 − C_ii)² + λ Σ_{i≠j} C_ij²,   C = ẑ_aᵀ ẑ_b / N</code>
/// </summary>
/// <remarks>Source: Zbontar, Jing, Misra, LeCun, Deny, "Barlow Twins", arXiv:2103.03230, eq. 1 and 2; λ = 0.005. Standardised over the batch with the biased variance and ε = 10⁻⁵, as batch norm does.</remarks>
public sealed class BarlowTwinsLoss(double offDiagonalWeight = 0.005)
{
    private const double Epsilon = 1e-5;

    /// <summary>A scalar, 0 or more. <paramref name="a"/> and <paramref name="b"/> are [N, D] projections of the two views.</summary>
    public Tensor Forward(Tensor a, Tensor b)
    {
        Tensor correlation = CrossCorrelation(a, b);
        return OnDiagonal(correlation) + offDiagonalWeight * OffDiagonal(correlation);
    }

    /// <summary>C, [D, D], entries in [−1, 1].</summary>
    public static Tensor CrossCorrelation(Tensor a, Tensor b) => Standardised(a).t().matmul(Standardised(b)) / a.shape[0];

    /// <summary>Σ (1 − C_ii)².</summary>
    public static Tensor OnDiagonal(Tensor correlation) => (1 - correlation.diagonal()).square().sum();

    /// <summary>Σ_{i≠j} C_ij².</summary>
    public static Tensor OffDiagonal(Tensor correlation) => correlation.square().sum() - correlation.diagonal().square().sum();

    private static Tensor Standardised(Tensor z) => (z - z.mean([0], keepdim: true)) / (z.var(0, unbiased: false, keepdim: true) + Epsilon).sqrt(); // [N, D]
}
