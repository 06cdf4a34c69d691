using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// DINO's head: three layers with GELU (and batch norm where asked) to a narrow bottleneck, its unit vector, then a layer of K directions.
/// </summary>
/// <remarks>Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", arXiv:2104.14294, appendix C.</remarks>
public sealed class DinoHead : Module<Tensor, Tensor>
{
    private readonly Sequential _layers;

    /// <param name="input">D, length of a feature vector.</param>
    /// <param name="hidden">Width of the two hidden layers.</param>
    /// <param name="bottleneck">d, length of the unit vector before the last layer.</param>
    /// <param name="outputs">K.</param>
    /// <param name="batchNorm">Batch norm in the hidden layers: for ResNets.</param>
    public DinoHead(int input, int hidden, int bottleneck, int outputs, bool batchNorm) : base(nameof(DinoHead))
    {
        List<(string, Module<Tensor, Tensor>)> layers = [];
        foreach (int width in new[] { input, hidden })
        {
            layers.Add(($"{layers.Count}", Linear(width, hidden, hasBias: !batchNorm)));
            if (batchNorm) layers.Add(($"{layers.Count}", BatchNorm1d(hidden)));
            layers.Add(($"{layers.Count}", GELU()));
        }
        layers.Add(($"{layers.Count}", Linear(hidden, bottleneck)));
        _layers = Sequential([.. layers]);
        Last = new PrototypeLayer(bottleneck, outputs);
        register_module("layers", _layers);
        register_module("last", Last);
    }

    /// <summary>The last layer: frozen in the first epochs.</summary>
    public PrototypeLayer Last { get; }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="features">[N, D]</param>
    /// <returns>[N, K], in [−1, 1].</returns>
    public override Tensor forward(Tensor features)
    {
        using var scope = NewDisposeScope();
        return Last.call(functional.normalize(_layers.call(features), dim: 1)).MoveToOuterDisposeScope();
    }
}
