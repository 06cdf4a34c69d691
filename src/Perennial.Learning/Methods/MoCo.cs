using Perennial.Learning.Losses;
using Perennial.Learning.Networks;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>
/// MoCo v2: the trained network's query must find its key, which the momentum network made of the other view, among a queue of earlier keys
/// (<see cref="InfoNCELoss"/>). The queue gives many negatives to a small batch.
/// <para>
/// Query and key must not share the statistics of one batch norm, or they give each other away: on one device the keys are shuffled and go through
/// in <c>bn_splits</c> groups, each with statistics of its own, where several GPUs would have shuffled across each other.
/// </para>
/// </summary>
/// <remarks>Sources: He et al., arXiv:1911.05722, algorithm 1 and section 3.3 (shuffling BN); Chen et al., arXiv:2003.04297 (v2: MLP head, blur, cosine).</remarks>
public sealed class MoCo : ISslMethod
{
    private readonly ProjectionHead _projector;
    private readonly MomentumNetwork _target;
    private readonly MethodHeads _heads;
    private readonly Tensor _queue;
    private readonly InfoNCELoss _loss;
    private readonly CosineRamp _decay;
    private readonly int _directions, _splits;
    private readonly ulong _seed;

    public MoCo(Encoder encoder, Recipe recipe)
    {
        ProjectionHead Projector() => new([encoder.Dimensions, recipe.ProjectionHidden, recipe.ProjectionDim], HeadNorm.None);
        _projector = Projector();
        _target = new MomentumNetwork(encoder, _projector, Projector());
        _heads = new MethodHeads(("projector", _projector), ("target", _target));
        _queue = _heads.Keep("queue", nn.functional.normalize(randn(recipe.QueueSize, recipe.ProjectionDim), dim: 1)); // [K, d]
        _loss = new InfoNCELoss(recipe.Temperature);
        _decay = new CosineRamp(recipe.EmaDecay, recipe.EmaDecayEnd);
        (_directions, _splits, _seed) = (recipe.Symmetric ? 2 : 1, recipe.BnSplits, (ulong)recipe.Seed);
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
        Tensor[] queries = [.. views.Take(_directions).Select(view => at.Project(encoder, _projector, view))];                       // [N, d] each
        Tensor[] keys = [.. Enumerable.Range(0, _directions).Select(i => Keys(views[1 - i], at, (uint)(1 - i)))]; // of the other view
        return new MethodOutputs(queries, keys, cat(queries).detach());
    }

    /// <inheritdoc/>
    public Tensor Loss(MethodOutputs outputs, StepPosition at) =>
        outputs.Trained.Zip(outputs.Targets, (query, key) => _loss.Forward(query, key, _queue)).Aggregate((sum, direction) => sum + direction);

    /// <inheritdoc/>
    public void Updated(Encoder encoder, MethodOutputs outputs, StepPosition at)
    {
        _target.Follow(encoder, _projector, at.Of(_decay));
        Enqueue(cat([.. outputs.Targets]), at.Step);
    }

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();

    // [N, d], unit rows in the order of the view.
    private Tensor Keys(Tensor view, StepPosition at, uint number)
    {
        using var scope = NewDisposeScope();
        long[] order = [.. Enumerable.Range(0, (int)view.shape[0]).Select(i => (long)i)];
        var random = new RandomStream(_seed, RandomPurpose.Shuffle, (uint)at.Step, number);
        random.Shuffle<long>(order);
        long[] back = new long[order.Length];
        for (int i = 0; i < order.Length; i++) back[order[i]] = i;
        Tensor shuffled = view.index_select(0, tensor(order, device: view.device));
        Tensor keys = cat([.. shuffled.tensor_split(_splits).Select(group => at.Target(_target, group))]);
        return nn.functional.normalize(keys, dim: 1).index_select(0, tensor(back, device: view.device)).MoveToOuterDisposeScope();
    }

    // The queue is a ring; where the next keys go follows from the steps done, because each brings as many. Its length is a multiple of theirs.
    private void Enqueue(Tensor keys, long step)
    {
        using var noGradient = no_grad();
        long count = keys.shape[0];
        using Tensor place = _queue.narrow(0, step * count % _queue.shape[0], count);
        place.copy_(keys);
    }
}
