using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// Variance-invariance-covariance regularisation: λ·s(Z, Z′) + μ·(v(Z) + v(Z′))/2 + ν·(c(Z) + c(Z′)).
/// <list type="bullet">
/// <item>s: mean squared difference over all elements</item>
/// <item>v: mean over dimensions of relu(1 − √(var + 10⁻⁴)), a hinge that keeps each dimension's standard deviation at 1</item>
/// <item>c: sum of the squared off-diagonal covariances over D, which decorrelates the dimensions</item>
/// </list>
/// </summary>
/// <remarks>
/// Source: Bardes, Ponce, LeCun, "VICReg", arXiv:2105.04906, eq. 1–6. The authors' published code halves each variance term and takes the
/// elementwise mean in s, where the paper sums; published figures come from the code, so the code's form is used.
/// </remarks>
public sealed class VICRegLoss(double invarianceWeight = 25, double varianceWeight = 25, double covarianceWeight = 1)
{
    private const double Epsilon = 1e-4;

    /// <summary>A scalar, 0 or more. <paramref name="a"/> and <paramref name="b"/> are [N, D] expander outputs of the two views, N of 2 or more.</summary>
    public Tensor Forward(Tensor a, Tensor b) =>
        invarianceWeight * Invariance(a, b)
        + varianceWeight * (Variance(a) + Variance(b)) / 2
        + covarianceWeight * (Covariance(a) + Covariance(b));

    /// <summary>s(Z, Z′), elementwise mean.</summary>
    public static Tensor Invariance(Tensor a, Tensor b) => nn.functional.mse_loss(a, b);

    /// <summary>v(Z), in [0, 1].</summary>
    public static Tensor Variance(Tensor z)
    {
        Tensor deviation = (z.var(0, unbiased: true) + Epsilon).sqrt(); // [D]
        return nn.functional.relu(1 - deviation).mean();
    }

    /// <summary>c(Z), 0 or more.</summary>
    public static Tensor Covariance(Tensor z)
    {
        long n = z.shape[0], d = z.shape[1];
        Tensor centred = z - z.mean([0], keepdim: true);                // [N, D]
        Tensor covariance = centred.t().matmul(centred) / (n - 1);      // [D, D]
        return (covariance.square().sum() - covariance.diagonal().square().sum()) / d;
    }
}
