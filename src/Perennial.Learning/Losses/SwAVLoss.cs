using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// Swapped prediction: the code of one crop (its Sinkhorn assignment to the prototypes) is predicted from every other crop.
/// <code>ℓ(z_t, q_s) = −Σ_k q_s^(k) · log softmax(z_tᵀC/τ)^(k)</code>
/// Only the first <c>largeCrops</c> views give codes; all views predict. Collapse shows as a plateau at ln K.
/// </summary>
/// <remarks>Source: Caron et al., "SwAV", arXiv:2006.09882, eq. 1 and 2; τ = 0.1.</remarks>
public sealed class SwAVLoss
{
    private readonly double _temperature, _epsilon;
    private readonly int _iterations;

    /// <param name="temperature">τ, above 0.</param>
    /// <param name="epsilon">Entropy weight of the assignment, above 0.</param>
    /// <param name="iterations">Sinkhorn iterations, 1 or more.</param>
    public SwAVLoss(double temperature = 0.1, double epsilon = 0.05, int iterations = 3) =>
        (_temperature, _epsilon, _iterations) = (Losses.Temperature.Checked(temperature), Losses.Temperature.Checked(epsilon), iterations);

    /// <summary>A scalar: the mean over all (code, prediction) pairs of different crops.</summary>
    /// <param name="scores">Per crop [N, K], cosine of its embeddings and the prototypes; the large crops come first.</param>
    /// <param name="largeCrops">How many crops give codes, 1 or more.</param>
    /// <param name="queueScores">Per large crop [Q, K]: scores of stored embeddings that take part in the assignment, or null.</param>
    public Tensor Forward(IReadOnlyList<Tensor> scores, int largeCrops = 2, IReadOnlyList<Tensor>? queueScores = null)
    {
        long n = scores[0].shape[0];
        Tensor[] logProbabilities = [.. scores.Select(s => nn.functional.log_softmax(s / _temperature, 1))]; // each [N, K]
        Tensor total = zeros([], scores[0].dtype, scores[0].device);
        for (int s = 0; s < largeCrops; s++)
        {
            Tensor all = queueScores is null ? scores[s].detach() : cat([scores[s].detach(), queueScores[s]], 0); // [N (+ Q), K]
            Tensor code = Sinkhorn.Assign(all, _epsilon, _iterations)[TensorIndex.Slice(0, n)];               // [N, K]
            for (int t = 0; t < scores.Count; t++)
            {
                if (t != s) { total = total - (code * logProbabilities[t]).sum(1).mean(); }
            }
        }
        return total / (largeCrops * (scores.Count - 1));
    }
}
