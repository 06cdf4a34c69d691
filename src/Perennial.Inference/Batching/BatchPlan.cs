namespace Perennial.Inference.Batching;

/// <summary>How batches are formed for one engine on one machine: measured by <see cref="BatchTuner"/>, or set.</summary>
/// <param name="Lanes">Batches that run at the same time, each on a thread of its own; at least 1.</param>
/// <param name="MaxBatch">Most images in one of them; at least 1.</param>
/// <param name="MaxDelay">Longest time that a lane is left idle on purpose, so that callers just answered can share the next batch.</param>
public sealed record BatchPlan(int Lanes, int MaxBatch, TimeSpan MaxDelay)
{
    /// <summary>What the options say, unmeasured.</summary>
    public static BatchPlan Of(BatchQueueOptions options) => new(options.Lanes ?? 1, options.MaxBatch, options.MaxDelay);
}
