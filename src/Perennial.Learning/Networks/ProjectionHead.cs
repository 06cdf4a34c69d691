using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// The perceptron between the encoder's features and a loss: Linear, batch norm, ReLU, ..., Linear. Methods use it as projector and as predictor.
/// It is thrown away after pretraining: the features before it serve better.
/// Source: Chen et al., A Simple Framework for Contrastive Learning, 2020, section 4.2, arXiv:2002.05709; batch norm as in the authors' code.
/// </summary>
public sealed class ProjectionHead : Module<Tensor, Tensor>
{
    private readonly Sequential _layers;

    /// <summary>Two layers with batch norm between them.</summary>
    /// <param name="input">D, length of a feature vector.</param>
    /// <param name="hidden">Width of the hidden layer.</param>
    /// <param name="output">d, length of a projection.</param>
    public ProjectionHead(int input, int hidden, int output) : this([input, hidden, output], HeadNorm.Hidden)
    {
    }

    /// <param name="widths">Input, hidden layers, output: two or more.</param>
    /// <param name="norm">Where batch norm stands; a linear layer before one has no bias, because batch norm brings it.</param>
    /// <param name="outputBias">Whether the last linear layer has a bias.</param>
    public ProjectionHead(IReadOnlyList<int> widths, HeadNorm norm, bool outputBias = true) : base(nameof(ProjectionHead))
    {
        List<Module<Tensor, Tensor>> layers = [];
        for (int i = 1; i < widths.Count; i++)
        {
            bool last = i == widths.Count - 1, normed = norm == HeadNorm.HiddenAndOutput || (norm == HeadNorm.Hidden && !last);
            layers.Add(Linear(widths[i - 1], widths[i], hasBias: !normed && (!last || outputBias)));
            if (normed) layers.Add(BatchNorm1d(widths[i], affine: !last));
            if (!last) layers.Add(ReLU(inplace: true));
        }
        _layers = Sequential([.. layers.Select((layer, i) => ($"{i}", layer))]);
        register_module("layers", _layers);
    }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="features">[N, D]</param>
    /// <returns>Projections [N, d], not normalised.</returns>
    public override Tensor forward(Tensor features) => _layers.call(features);
}
