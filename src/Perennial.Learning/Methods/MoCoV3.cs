using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// MoCo v3: BYOL's networks with a contrastive loss: each prediction must find the momentum network's projection of its own image among those of the
/// whole batch (<see cref="MoCoV3Loss"/>). No queue: it wants large batches.
/// </summary>
/// <remarks>Source: Chen, Xie, He, "An Empirical Study of Training Self-Supervised Vision Transformers", arXiv:2104.02057, algorithm 1.</remarks>
public sealed class MoCoV3 : ISslMethod
{
    private readonly ProjectionHead _projector, _predictor;
    private readonly MomentumNetwork _target;
    private readonly MethodHeads _heads;
    private readonly MoCoV3Loss _loss;
    private readonly CosineRamp _decay;

    public MoCoV3(Encoder encoder, Recipe recipe)
    {
        int hidden = recipe.ProjectionHidden, d = recipe.ProjectionDim;
        ProjectionHead Projector() => new([encoder.Dimensions, .. Enumerable.Repeat(hidden, recipe.ProjectionLayers - 1), d], HeadNorm.HiddenAndOutput);
        _projector = Projector();
        _predictor = new ProjectionHead([d, recipe.PredictionHidden, d], HeadNorm.Hidden, outputBias: false);
        _target = new MomentumNetwork(encoder, _projector, Projector());
        _heads = new MethodHeads(("projector", _projector), ("predictor", _predictor), ("target", _target));
        _loss = new MoCoV3Loss(recipe.Temperature);
        _decay = new CosineRamp(recipe.EmaDecay, recipe.EmaDecayEnd);
        Views = [recipe.Views, recipe.SecondView];
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => false;

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
        _loss.Forward(outputs.Trained[0], outputs.Targets[1]) + _loss.Forward(outputs.Trained[1], outputs.Targets[0]);

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at) => _target.Follow(encoder, _projector, at.Of(_decay));

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();
}
