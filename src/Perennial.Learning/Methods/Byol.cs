using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// BYOL: a predictor on the trained network's projection of one view foretells what the momentum network makes of the other view. No negatives:
/// the predictor and the slow target keep it from collapsing.
/// <code>L = ‖p̄₁ − z̄'₂‖² + ‖p̄₂ − z̄'₁‖²   of unit vectors, = 4 − 2·cos(p₁, z'₂) − 2·cos(p₂, z'₁)</code>
/// </summary>
/// <remarks>Source: Grill et al., "Bootstrap Your Own Latent", arXiv:2006.07733, eq. 1 and 2, algorithm 1 in its appendix.</remarks>
public sealed class Byol : ISslMethod
{
    private readonly ProjectionHead _projector, _predictor;
    private readonly MomentumNetwork _target;
    private readonly MethodHeads _heads;
    private readonly CosineRamp _decay;

    public Byol(Encoder encoder, Recipe recipe)
    {
        ProjectionHead Projector() => new(encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim);
        _projector = Projector();
        _predictor = new ProjectionHead(recipe.ProjectionDim, recipe.PredictionHidden, recipe.ProjectionDim);
        _target = new MomentumNetwork(encoder, _projector, Projector());
        _heads = new MethodHeads(("projector", _projector), ("predictor", _predictor), ("target", _target));
        _decay = new CosineRamp(recipe.EmaDecay, recipe.EmaDecayEnd);
        Views = [recipe.Views, recipe.SecondView];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => true;

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor z1 = at.Project(encoder, _projector, views[0]), z2 = at.Project(encoder, _projector, views[1]); // [N, d] each
        return new MethodOutputs(
            [at.Through(_predictor, z1), at.Through(_predictor, z2)],
            [at.Target(_target, views[0]), at.Target(_target, views[1])],
            cat([z1, z2]).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) =>
        4 + 2 * NegativeCosineSimilarity.Forward(outputs.Trained[0], outputs.Targets[1]) + 2 * NegativeCosineSimilarity.Forward(outputs.Trained[1], outputs.Targets[0]);

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at) => _target.Follow(encoder, _projector, at.Of(_decay));

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();
}
