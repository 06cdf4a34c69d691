using static TorchSharp.torch;

namespace Perennial.Learning.Optimizers;

/// <summary>
/// Keeps float16 gradients from vanishing: the loss is multiplied by a scale before its gradient is taken, and the gradients are divided by it
/// afterwards. Where one is not finite, the step is left out and the scale halved; after <see cref="GrowthInterval"/> good steps it is doubled.
/// </summary>
/// <remarks>Source: Micikevicius et al., "Mixed Precision Training", arXiv:1710.03740, section 3.2, with the constants of PyTorch's <c>GradScaler</c>.</remarks>
public sealed class GradientScaler : IDisposable
{
    /// <summary>Good steps until the scale is doubled.</summary>
    public const int GrowthInterval = 2000;

    private const double First = 65536, Growth = 2, Backoff = 0.5;

    private readonly Tensor _state = tensor(new[] { First, 0 }, device: CPU).DetachFromDisposeScope(); // scale, good steps since it changed

    /// <summary>What the loss is multiplied by.</summary>
    public double Scale => _state[0].item<double>();

    /// <summary>For a checkpoint, [2].</summary>
    public Tensor State => _state;

    /// <summary>Divides the gradients by the scale, in place, and sets the next scale.</summary>
    /// <returns>Whether all are finite; if not, the step is to be left out.</returns>
    public bool Unscale(IEnumerable<Tensor> gradients)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        double inverse = 1 / Scale;
        Tensor[] scaled = [.. gradients.Select(gradient => gradient.mul_(inverse))];
        bool finite = scaled.Length == 0 || stack([.. scaled.Select(gradient => gradient.isfinite().all())]).all().item<bool>();
        double good = finite ? _state[1].item<double>() + 1 : 0;
        bool grows = good >= GrowthInterval;
        _state.copy_(tensor(new[] { Scale * (finite ? (grows ? Growth : 1) : Backoff), grows ? 0 : good }, device: CPU));
        return finite;
    }

    /// <inheritdoc/>
    public void Dispose() => _state.Dispose();
}
