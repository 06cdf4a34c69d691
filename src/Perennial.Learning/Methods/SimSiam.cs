using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// SimSiam: a predictor on one view's projection foretells the other view's, through which no gradient flows. Neither negatives nor a momentum network;
/// the stopped gradient keeps it from collapsing.
/// <code>L = ½ D(p₁, sg z₂) + ½ D(p₂, sg z₁),   D = −cos</code>
/// </summary>
/// <remarks>Source: Chen, He, "Exploring Simple Siamese Representation Learning", arXiv:2011.10566, eq. 1 to 4, algorithm 1; the predictor's rate is not decayed (section 4.2).</remarks>
public sealed class SimSiam : ISslMethod
{
    private readonly ProjectionHead _projector, _predictor;
    private readonly MethodHeads _heads;

    public SimSiam(Encoder encoder, Recipe recipe)
    {
        int hidden = recipe.ProjectionHidden, d = recipe.ProjectionDim;
        _projector = new ProjectionHead([encoder.Dimensions, .. Enumerable.Repeat(hidden, recipe.ProjectionLayers - 1), d], HeadNorm.HiddenAndOutput);
        _predictor = new ProjectionHead(d, recipe.PredictionHidden, d);
        _heads = new MethodHeads(("projector", _projector), (Predictor, _predictor));
        Views = [recipe.Views, recipe.SecondView];
    }

    private const string Predictor = "predictor";

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => true;

    /// <inheritdoc/>
    public bool KeepsPeakRate(string head) => head.StartsWith(Predictor, StringComparison.Ordinal);

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor z1 = at.Project(encoder, _projector, views[0]), z2 = at.Project(encoder, _projector, views[1]); // [N, d] each
        return new MethodOutputs([at.Through(_predictor, z1), at.Through(_predictor, z2)], [z1.detach(), z2.detach()], cat([z1, z2]).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) =>
        (NegativeCosineSimilarity.Forward(outputs.Trained[0], outputs.Targets[1]) + NegativeCosineSimilarity.Forward(outputs.Trained[1], outputs.Targets[0])) * 0.5;

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();
}
