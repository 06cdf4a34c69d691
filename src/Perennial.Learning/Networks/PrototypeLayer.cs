using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// K directions on the unit sphere; an embedding's score for each is their cosine. The last layer of SwAV (its prototypes) and of DINO (weight norm with the
/// length held at 1). Normalising where the weights are used keeps them on the sphere without a step of its own; the gradient is tangential to it.
/// </summary>
public sealed class PrototypeLayer : Module<Tensor, Tensor>
{
    /// <param name="input">d, length of an embedding.</param>
    /// <param name="prototypes">K.</param>
    public PrototypeLayer(int input, int prototypes) : base(nameof(PrototypeLayer))
    {
        Directions = (Parameter)Parameter(randn(prototypes, input) / Math.Sqrt(input)).DetachFromDisposeScope();
        register_parameter("weight", Directions);
    }

    /// <summary>[K, d], of any length.</summary>
    public Parameter Directions { get; }

    // Registered by name in the constructor; TorchSharp would register the field once more under its own name.
    protected override void RegisterComponents() { }

    /// <param name="input">[N, d], rows of length 1.</param>
    /// <returns>Scores [N, K] in [−1, 1].</returns>
    public override Tensor forward(Tensor input) => input.matmul(functional.normalize(Directions, dim: 1).t());
}
