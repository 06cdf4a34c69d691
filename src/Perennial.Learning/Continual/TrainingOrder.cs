using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Continual;

/// <summary>Which images each step learns from: all of them epoch by epoch, or newer ones with older ones replayed among them.</summary>
internal sealed class TrainingOrder
{
    private readonly PretrainRequest _request;
    private readonly int _batch, _stepsPerEpoch;
    private (int Epoch, int[] Order) _epoch = (-1, []);

    public TrainingOrder(PretrainRequest request, int stepsPerEpoch)
    {
        (_request, _batch, _stepsPerEpoch) = (request, request.Recipe.LargeBatchSize, stepsPerEpoch);
        if (request.Older is not { Count: > 0 } older) return;
        HashSet<int> seen = [.. older];
        int[] newer = [.. request.TrainRows.Where(row => !seen.Contains(row))];
        int[] replayed = [.. request.TrainRows.Where(seen.Contains)];
        if (newer.Length > 0 && replayed.Length > 0)
            Mix = new ReplayMix(request.Recipe, newer, replayed, row => request.Tiles.Ids[row], row => request.Tiles.Labels[row]);
    }

    /// <summary>Null where all images are alike.</summary>
    public ReplayMix? Mix { get; }

    /// <summary>Rows of step <paramref name="step"/>, counted from 0.</summary>
    public int[] Rows(long step)
    {
        if (Mix is not null) return Mix.Rows(step);
        int epoch = (int)(step / _stepsPerEpoch), first = (int)(step % _stepsPerEpoch) * _batch;
        if (_epoch.Epoch != epoch) _epoch = (epoch, EpochOrder.Of(_request.TrainRows, _request.Recipe.Seed, epoch));
        return _epoch.Order[first..(first + _batch)];
    }

    /// <summary>What the views of a step are drawn by: an image that comes twice must come with other views.</summary>
    public int ViewsOf(long step) => (int)(Mix is null ? step / _stepsPerEpoch : step);
}
