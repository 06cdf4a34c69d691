using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// Sinkhorn–Knopp: soft assignments of a batch to prototypes such that every prototype is used equally often.
/// Q starts as exp(scores/ε); columns (prototypes) and rows (images) are scaled in turn to sum to 1/K and 1/N.
/// </summary>
/// <remarks>Source: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", arXiv:2006.09882, section 3.1 and the pseudo-code in its appendix; ε = 0.05, 3 iterations.</remarks>
public static class Sinkhorn
{
    /// <summary>Assignments [N, K], each row sums to 1; carries no gradient.</summary>
    /// <param name="scores">[N, K] cosine of embedding and prototype.</param>
    /// <param name="epsilon">Entropy weight, above 0; smaller is harder.</param>
    /// <param name="iterations">1 or more.</param>
    public static Tensor Assign(Tensor scores, double epsilon = 0.05, int iterations = 3)
    {
        using var noGradient = no_grad();
        Tensor q = exp((scores - scores.max()) / epsilon);              // [N, K]; the shift cancels in the first scaling
        long n = q.shape[0], k = q.shape[1];
        for (int i = 0; i < iterations; i++)
        {
            q = q / q.sum(0, keepdim: true) / k;                        // each prototype holds 1/K of the mass
            q = q / q.sum(1, keepdim: true) / n;                        // each image holds 1/N
        }
        return q * n;
    }
}
