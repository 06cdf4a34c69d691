using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// NT-Xent, the normalised temperature-scaled cross entropy of SimCLR: each of the 2N views must pick the other view of its image
/// out of all 2N − 1 others.
/// <code>ℓ(i,j) = −log( exp(s_ij/τ) / Σ_{k≠i} exp(s_ik/τ) ),   s = cosine similarity</code>
/// Mean over all 2N anchors. 2N identical vectors give ln(2N − 1), what guessing costs. Symmetric in its arguments.
/// </summary>
/// <remarks>
/// Source: Chen, Kornblith, Norouzi, Hinton, "A Simple Framework for Contrastive Learning of Visual Representations", arXiv:2002.05709, eq. 1;
/// the paper uses τ = 0.1 on ImageNet and 0.5 on CIFAR-10.
/// </remarks>
public sealed class NTXentLoss
{
    private readonly double _temperature;

    /// <param name="temperature">τ, above 0; 0.1 to 0.5 is usual.</param>
    public NTXentLoss(double temperature) => _temperature = Temperature.Checked(temperature);

    /// <summary>The loss, a scalar.</summary>
    /// <param name="a">[N, D], projections of one view of each image; any length: normalised here.</param>
    /// <param name="b">[N, D], row i is the other view of image i.</param>
    public Tensor Forward(Tensor a, Tensor b)
    {
        long n = a.shape[0];
        Tensor z = nn.functional.normalize(cat([a, b]), dim: 1);            // [2N, D]
        Tensor itself = eye(2 * n, dtype: ScalarType.Bool, device: z.device);
        Tensor logits = (z.matmul(z.t()) / _temperature)                    // [2N, 2N]
            .masked_fill(itself, double.NegativeInfinity);                  // k ≠ i: nobody may pick itself
        Tensor other = arange(2 * n, device: z.device).add(n).remainder(2 * n); // [2N], i's partner is i + N, and back
        return nn.functional.cross_entropy(logits, other);                  // log-sum-exp, so no overflow at small τ
    }
}
