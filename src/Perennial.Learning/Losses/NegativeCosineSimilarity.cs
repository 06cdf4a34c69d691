using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// D(p, z) = −mean cos(p, stopgrad(z)), in [−1, 1]; the loss of SimSiam, and, as 2 + 2·D, of BYOL.
/// </summary>
/// <remarks>
/// Sources: Chen, He, "Exploring Simple Siamese Representation Learning", arXiv:2011.10566, eq. 1;
/// Grill et al., "Bootstrap Your Own Latent", arXiv:2006.07733, eq. 2 (‖p̄ − z̄‖² = 2 − 2·cos).
/// </remarks>
public static class NegativeCosineSimilarity
{
    /// <summary>A scalar in [−1, 1].</summary>
    /// <param name="prediction">[N, D] from the predictor.</param>
    /// <param name="target">[N, D] to be predicted; no gradient flows into it.</param>
    public static Tensor Forward(Tensor prediction, Tensor target)
    {
        Tensor p = nn.functional.normalize(prediction, dim: 1);      // [N, D]
        Tensor z = nn.functional.normalize(target.detach(), dim: 1); // [N, D]
        return -(p * z).sum(1).mean();
    }
}
