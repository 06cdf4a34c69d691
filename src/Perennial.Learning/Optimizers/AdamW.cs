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

    private readonly (TrainedParameter Trained, Tensor Mean, Tensor Square)[] _entries;
    private readonly Tensor _steps = zeros([], ScalarType.Int64).DetachFromDisposeScope();

    /// <param name="parameters">What is trained.</param>
    public AdamW(IEnumerable<TrainedParameter> parameters)
    {
        _entries = [.. parameters.Select(p => (p, Zeros(p.Weight), Zeros(p.Weight)))];
        var state = _entries.SelectMany(e => new[] { (Key: e.Trained.Name + ".mean", Value: e.Mean), (Key: e.Trained.Name + ".square", Value: e.Square) }).ToDictionary(e => e.Key, e => e.Value);
        state["steps"] = _steps;
        State = state;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(StepRates rates)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        _steps.add_(1);
        long t = _steps.item<long>();
        double correction1 = 1 - Math.Pow(Beta1, t), correction2 = Math.Sqrt(1 - Math.Pow(Beta2, t));
        foreach ((TrainedParameter trained, Tensor mean, Tensor square) in _entries)
        {
            if (trained.Weight.grad is not { } gradient) continue;
            double rate = rates.Of(trained);
            if (rates.DecayOf(trained) is not 0 and var decay) trained.Weight.mul_(1 - rate * decay);
            mean.mul_(Beta1).add_(gradient, alpha: 1 - Beta1);
            square.mul_(Beta2).addcmul_(gradient, gradient, value: 1 - Beta2);
            Tensor denominator = square.sqrt().div_(correction2).add_(Epsilon);
            trained.Weight.addcdiv_(mean, denominator, value: -rate / correction1);
        }
    }

    /// <inheritdoc/>
    public void ZeroGradients()
    {
        foreach ((TrainedParameter trained, _, _) in _entries) trained.Weight.grad = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach ((_, Tensor mean, Tensor square) in _entries)
        {
            mean.Dispose();
            square.Dispose();
        }
        _steps.Dispose();
    }

    private static Tensor Zeros(Tensor weight) => zeros_like(weight).detach().DetachFromDisposeScope();
}
