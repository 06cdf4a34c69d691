using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// InfoNCE with a queue of negatives: each query must pick its own key out of that key and the whole queue.
/// <code>ℓ(q) = −log( exp(q·k⁺/τ) / (exp(q·k⁺/τ) + Σ_j exp(q·k_j/τ)) )</code>
/// Mean over the batch; a queue filled with the positive key itself gives ln(K + 1).
/// </summary>
/// <remarks>
/// Source: He, Fan, Wu, Xie, Girshick, "Momentum Contrast for Unsupervised Visual Representation Learning", arXiv:1911.05722, eq. 1;
/// MoCo v2 (arXiv:2003.04297) uses τ = 0.2 with 65,536 keys. Keys and queue carry no gradient.
/// </remarks>
public sealed class InfoNCELoss
{
    private readonly double _temperature;

    /// <param name="temperature">τ, above 0; 0.07 to 0.2 is usual.</param>
    public InfoNCELoss(double temperature) => _temperature = Temperature.Checked(temperature);

    /// <summary>The loss of one direction, a scalar.</summary>
    /// <param name="query">[N, D], any length: normalised here.</param>
    /// <param name="key">[N, D], row i is the positive of query i.</param>
    /// <param name="queue">[K, D], negatives for every query.</param>
    public Tensor Forward(Tensor query, Tensor key, Tensor queue)
    {
        Tensor q = nn.functional.normalize(query, dim: 1);               // [N, D]
        Tensor k = nn.functional.normalize(key.detach(), dim: 1);        // [N, D]
        Tensor negatives = nn.functional.normalize(queue.detach(), dim: 1); // [K, D]
        Tensor positive = (q * k).sum(1, keepdim: true);                 // [N, 1]
        Tensor logits = cat([positive, q.matmul(negatives.t())], 1) / _temperature; // [N, 1 + K]
        Tensor first = zeros(query.shape[0], dtype: ScalarType.Int64, device: query.device); // the positive is column 0
        return nn.functional.cross_entropy(logits, first);
    }
}
