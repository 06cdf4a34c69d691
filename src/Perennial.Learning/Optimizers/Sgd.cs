using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum and L2 weight decay, as PyTorch's <c>torch.optim.SGD</c> defines it:
/// <code>g ← ∇ + wd·w;   b ← m·b + g;   w ← w − lr·b</code>
/// </summary>
/// <remarks>Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, in PyTorch's form (the rate multiplies the buffer).</remarks>
public sealed class Sgd : IOptimizer
{
    private readonly (TrainedParameter Trained, Tensor Momentum)[] _entries;
    private readonly double _momentum;

    /// <param name="parameters">What is trained.</param>
    /// <param name="momentum">m in [0, 1).</param>
    public Sgd(IEnumerable<TrainedParameter> parameters, double momentum)
    {
        _momentum = momentum;
        _entries = [.. parameters.Select(p => (p, zeros_like(p.Weight).detach().DetachFromDisposeScope()))];
        State = _entries.ToDictionary(e => e.Trained.Name + ".momentum", e => e.Momentum);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(StepRates rates)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach ((TrainedParameter trained, Tensor momentum) in _entries)
        {
            if (trained.Weight.grad is not { } gradient) continue;
            momentum.mul_(_momentum).add_(gradient);
            if (rates.DecayOf(trained) is not 0 and var decay) momentum.add_(trained.Weight, alpha: decay);
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
}
