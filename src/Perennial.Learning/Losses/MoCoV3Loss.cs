using static TorchSharp.torch;

namespace Perennial.Learning.Losses;

/// <summary>
/// MoCo v3's contrastive loss, one direction: each query must pick its own key among all keys of the batch, scaled by 2τ.
/// <code>ctr(q, k) = 2τ · CE(q·kᵀ/τ, diagonal)</code>
/// A step of the method takes ctr(q₁, k₂) + ctr(q₂, k₁).
/// </summary>
/// <remarks>Source: Chen, Xie, He, "An Empirical Study of Training Self-Supervised Vision Transformers", arXiv:2104.02057, eq. 1 and algorithm 1. τ = 1.0 for ResNet-50, 0.2 for ViT.</remarks>
public sealed class MoCoV3Loss
{
    private readonly double _temperature;

    /// <param name="temperature">τ, above 0.</param>
    public MoCoV3Loss(double temperature) => _temperature = Temperature.Checked(temperature);

    /// <summary>One direction, a scalar.</summary>
    /// <param name="query">[N, D] predictions of the online network.</param>
    /// <param name="key">[N, D] projections of the momentum network; no gradient flows into them.</param>
    public Tensor Forward(Tensor query, Tensor key)
    {
        Tensor q = nn.functional.normalize(query, dim: 1);                // [N, D]
        Tensor k = nn.functional.normalize(key.detach(), dim: 1);         // [N, D]
        Tensor logits = q.matmul(k.t()) / _temperature;                   // [N, N]
        Tensor own = arange(query.shape[0], dtype: ScalarType.Int64, device: query.device);
        return nn.functional.cross_entropy(logits, own) * (2 * _temperature);
    }
}
