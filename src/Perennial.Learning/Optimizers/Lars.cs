using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>
/// Layer-wise adaptive rate scaling: each layer's step is made proportional to the length of its weights, so that very large batches train.
/// <code>g ← ∇ + wd·w;   g ← g·η‖w‖/‖g‖;   b ← m·b + g;   w ← w − lr·b</code>
/// Parameters that are not decayed (biases, norm layers) move as with plain momentum. Where ‖w‖ or ‖g‖ is 0 the trust ratio η‖w‖/‖g‖ is 1.
/// </summary>
/// <remarks>Source: You, Gitman, Ginsburg, "Large Batch Training of Convolutional Networks", arXiv:1708.03888, algorithm 1, in the variant of MoCo v3 (arXiv:2104.02057): the decay is part of g before its length is taken, the rate multiplies the buffer.</remarks>
public sealed class Lars : IOptimizer
{
    private readonly (TrainedParameter Trained, Tensor Momentum)[] _entries;
    private readonly double _momentum, _trust;

    /// <param name="parameters">What is trained.</param>
    /// <param name="momentum">m in [0, 1).</param>
    /// <param name="trustCoefficient">η, above 0.</param>
    public Lars(IEnumerable<TrainedParameter> parameters, double momentum, double trustCoefficient = 0.001)
    {
        (_momentum, _trust) = (momentum, trustCoefficient);
        _entries = [.. parameters.Select(p => (p, zeros_like(p.Weight).detach().DetachFromDisposeScope()))];
        State = _entries.ToDictionary(e => e.Trained.Name + ".momentum", e => e.Momentum);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(StepRates rates)
    {
        using var noGradient = no_grad();
        foreach ((TrainedParameter trained, Tensor momentum) in _entries)
        {
            using var scope = NewDisposeScope();
            if (trained.Weight.grad is not { } gradient) continue;
            if (trained.Decayed)
            {
                gradient = gradient.add(trained.Weight, alpha: rates.WeightDecay);
                gradient.mul_(TrustRatio(trained.Weight, gradient, _trust));
            }
            momentum.mul_(_momentum).add_(gradient);
            trained.Weight.add_(momentum, alpha: -rates.Of(trained));
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach ((TrainedParameter trained, _) in _entries) trained.Weight.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor momentum) in _entries) momentum.Dispose();
    }

    /// <summary>η‖w‖/‖g‖, a scalar that stays on the device.</summary>
    internal static Tensor TrustRatio(Tensor weight, Tensor gradient, double coefficient)
    {
        Tensor w = weight.norm(), g = gradient.norm(), one = ones_like(w);
        return where(w.gt(0).logical_and(g.gt(0)), coefficient * w / g, one);
    }
}
