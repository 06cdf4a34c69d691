using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>What a forward pass gave.</summary>
/// <param name="Loss">A scalar with a gradient.</param>
/// <param name="Projections">[M, d], float32, detached: what the collapse guard looks at (the encoder's output does not show a collapse).</param>
public sealed record MethodStep(Tensor Loss, Tensor Projections);
