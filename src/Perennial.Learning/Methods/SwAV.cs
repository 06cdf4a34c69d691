using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// SwAV: embeddings are assigned to learned prototypes, evenly over the batch (<see cref="Sinkhorn"/>); every view must foretell the assignment of every other
/// large view (<see cref="SwAVLoss"/>). Small crops only foretell: they are cheap further views. A queue of earlier embeddings makes the
/// assignment of a small batch even.
/// </summary>
/// <remarks>Source: Caron et al., "Unsupervised Learning of Visual Features by Contrasting Cluster Assignments", arXiv:2006.09882, section 3 and algorithm 1 in its appendix.</remarks>
public sealed class SwAV : ISslMethod
{
    private const int LargeCrops = 2;

    private readonly ProjectionHead _projector;
    private readonly PrototypeLayer _prototypes;
    private readonly MethodHeads _heads;
    private readonly Tensor[] _queues = [];
    private readonly SwAVLoss _loss;
    private readonly double _queueFromEpoch, _freezeEpochs;

    public SwAV(Encoder encoder, Recipe recipe)
    {
        _projector = new ProjectionHead(encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim);
        _prototypes = new PrototypeLayer(recipe.ProjectionDim, recipe.Prototypes);
        _heads = new MethodHeads(("projector", _projector), ("prototypes", _prototypes));
        if (recipe.QueueSize > 0)
            _queues = [.. Enumerable.Range(0, LargeCrops).Select(crop => _heads.Keep($"queue{crop}", zeros(recipe.QueueSize, recipe.ProjectionDim)))]; // [Q, d] each
        _loss = new SwAVLoss(recipe.Temperature);
        (_queueFromEpoch, _freezeEpochs) = (recipe.QueueFromEpoch, recipe.FreezeLastLayerEpochs);
        Views = recipe.AllViews();
    }

    /// <inheritdoc/>
    public IReadOnlyList<ViewParameters> Views { get; }

    /// <inheritdoc/>
    public nn.Module Heads => _heads;

    /// <inheritdoc/>
    public bool LossIsPerImage => false;

    /// <inheritdoc/>
    public double? LossOfCollapse => Math.Log(_prototypes.Directions.shape[0]);

    /// <inheritdoc/>
    public MethodOutputs Outputs(Encoder encoder, IReadOnlyList<Tensor> views, StepPosition at)
    {
        Tensor[] z = [.. MultiCrop.Project(encoder, _projector, views, at).Select(projection => nn.functional.normalize(projection, dim: 1))]; // each [N, d]
        return new MethodOutputs(z, [], cat([.. z.Take(LargeCrops)]).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at)
    {
        Tensor[] scores = [.. outputs.Trained.Select(embedding => _prototypes.call(embedding))]; // each [N, K]
        return _loss.Forward(scores, LargeCrops, QueueScores(at, outputs.Trained[0].shape[0]));
    }

    /// <inheritdoc/>
    public void BeforeUpdate(StepPosition at)
    {
        if (at.Epoch < _freezeEpochs) _prototypes.Directions.grad = null;
    }

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at)
    {
        using var noGradient = no_grad();
        for (int crop = 0; crop < _queues.Length; crop++) // rings, as in MoCo
        {
            Tensor z = outputs.Trained[crop];
            using Tensor place = _queues[crop].narrow(0, at.Step * z.shape[0] % _queues[crop].shape[0], z.shape[0]);
            place.copy_(z);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();

    private Tensor[]? QueueScores(StepPosition at, long batch)
    {
        if (_queues.Length == 0 || at.Epoch < _queueFromEpoch || at.Step * batch < _queues[0].shape[0]) return null;
        using var noGradient = no_grad();
        return [.. _queues.Select(queue => _prototypes.call(queue))]; // each [Q, K]
    }
}
