using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>What the networks made of a batch: all that the loss is computed from.</summary>
/// <param name="Trained">Tensors [N, ...] through which the gradient flows back into the networks.</param>
/// <param name="Targets">Tensors [N, ...] without gradient; empty where there are none.</param>
/// <param name="Watched">[M, d], without gradient: what the collapse guard looks at (the encoder's output does not show a collapse).</param>
public sealed record MethodOutputs(IReadOnlyList<Tensor> Trained, IReadOnlyList<Tensor> Targets, Tensor Watched)
{
    /// <summary>Cut off from the networks, so that their memory can go.</summary>
    internal MethodOutputs Detached() => new([.. Trained.Select(t => t.detach())], [.. Targets.Select(t => t.detach())], Watched.detach());

    /// <summary>The outputs of several batches as those of one.</summary>
    internal static MethodOutputs Together(IReadOnlyList<MethodOutputs> parts) => parts is [var only] ? only : new(
        [.. parts[0].Trained.Select((_, i) => cat([.. parts.Select(part => part.Trained[i])]))],
        [.. parts[0].Targets.Select((_, i) => cat([.. parts.Select(part => part.Targets[i])]))],
        cat([.. parts.Select(part => part.Watched)]));
}
