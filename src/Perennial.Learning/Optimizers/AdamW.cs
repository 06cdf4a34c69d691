using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>
/// Adam with decoupled weight decay, as PyTorch's <c>torch.optim.AdamW</c> defines it (β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸):
/// <code>w ← w − lr·wd·w;   m ← β₁m + (1−β₁)∇;   v ← β₂v + (1−β₂)∇²;   w ← w − lr·m̂ / (√v̂ + ε)</code>
/// </summary>
/// <remarks>Source: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", arXiv:1711.05101, algorithm 2.</remarks>
public sealed class AdamW : IOptimizer
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly (string Name, Parameter Weight, Tensor Mean, Tensor Square)[] _entries;
    private readonly double _weightDecay;
    private readonly Tensor _steps = zeros([], ScalarType.Int64).DetachFromDisposeScope();

    /// <param name="parameters">Name and parameter; names are the keys of the state.</param>
    /// <param name="weightDecay">wd, 0 or more.</param>
    public AdamW(IEnumerable<(string Name, Parameter Parameter)> parameters, double weightDecay)
    {
        _weightDecay = weightDecay;
        _entries = [.. parameters.Select(p => (p.Name, p.Parameter, Zeros(p.Parameter), Zeros(p.Parameter)))];
        var state = _entries.SelectMany(e => new[] { (Key: e.Name + ".mean", Value: e.Mean), (Key: e.Name + ".square", Value: e.Square) }).ToDictionary(e => e.Key, e => e.Value);
        state["steps"] = _steps;
        State = state;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(double learningRate)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _steps.add_(1);
        long t = _steps.item<long>();
        double correction1 = 1 - Math.Pow(Beta1, t), correction2 = Math.Sqrt(1 - Math.Pow(Beta2, t));
        foreach ((_, Parameter weight, Tensor mean, Tensor square) in _entries)
        {
            if (weight.grad is not { } gradient) continue;
            if (_weightDecay != 0) weight.mul_(1 - learningRate * _weightDecay);
            mean.mul_(Beta1).add_(gradient, alpha: 1 - Beta1);
            square.mul_(Beta2).addcmul_(gradient, gradient, value: 1 - Beta2);
            Tensor denominator = square.sqrt().div_(correction2).add_(Epsilon);
            weight.addcdiv_(mean, denominator, value: -learningRate / correction1);
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach ((_, Parameter weight, _, _) in _entries) weight.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, _, Tensor mean, Tensor square) in _entries)
        {
            mean.Dispose();
            square.Dispose();
        }
        _steps.Dispose();
    }

    private static Tensor Zeros(Parameter parameter) => zeros_like(parameter).detach().DetachFromDisposeScope();
}
