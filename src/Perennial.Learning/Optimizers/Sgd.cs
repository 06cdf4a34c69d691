using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum and L2 weight decay, as PyTorch's <c>torch.optim.SGD</c> defines it:
/// <code>g ← ∇ + wd·w;   b ← m·b + g;   w ← w − lr·b</code>
/// </summary>
/// <remarks>Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, in PyTorch's form (the rate multiplies the buffer).</remarks>
public sealed class Sgd : IOptimizer
{
    private readonly (string Name, Parameter Weight, Tensor Momentum)[] _entries;
    private readonly double _momentum, _weightDecay;

    /// <param name="parameters">Name and parameter; names are the keys of the state.</param>
    /// <param name="momentum">m in [0, 1).</param>
    /// <param name="weightDecay">wd, 0 or more.</param>
    public Sgd(IEnumerable<(string Name, Parameter Parameter)> parameters, double momentum, double weightDecay)
    {
        (_momentum, _weightDecay) = (momentum, weightDecay);
        _entries = [.. parameters.Select(p => (p.Name, p.Parameter, zeros_like(p.Parameter).detach().DetachFromDisposeScope()))];
        State = _entries.ToDictionary(e => e.Name + ".momentum", e => e.Momentum);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        foreach ((_, Parameter weight, Tensor momentum) in _entries)
        {
            if (weight.grad is not { } gradient) continue;
            momentum.mul_(_momentum).add_(gradient);
            if (_weightDecay != 0) momentum.add_(weight, alpha: _weightDecay);
            weight.add_(momentum, alpha: -learningRate);
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach ((_, Parameter weight, _) in _entries) weight.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, Tensor momentum) in _entries) momentum.Dispose();
    }
}
