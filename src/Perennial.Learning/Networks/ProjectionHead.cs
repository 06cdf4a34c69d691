using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// The two-layer perceptron g(.) between the encoder's features and a contrastive loss: Linear, batch norm, ReLU, Linear.
/// It is thrown away after pretraining: the features before it serve better.
/// Source: Chen et al., A Simple Framework for Contrastive Learning, 2020, section 4.2, arXiv:2002.05709; batch norm as in the authors' code.
/// </summary>
public sealed class ProjectionHead : Module<Tensor, Tensor>
{
    private readonly Sequential _layers;

    /// <param name="input">D, length of a feature vector.</param>
    /// <param name="hidden">Width of the hidden layer.</param>
    /// <param name="output">d, length of a projection.</param>
    public ProjectionHead(int input, int hidden, int output) : base(nameof(ProjectionHead))
    {
        _layers = Sequential(
            ("0", Linear(input, hidden, hasBias: false)), // batch norm brings the bias
            ("1", BatchNorm1d(hidden)),
            ("2", ReLU(inplace: true)),
            ("3", Linear(hidden, output)));
        register_module("layers", _layers);
    }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="features">[N, D]</param>
    /// <returns>Projections [N, d], not normalised.</returns>
    public override Tensor forward(Tensor features) => _layers.call(features);
}
