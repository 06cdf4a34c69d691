using Perennial.Inference.Batching;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Batching;

/// <summary>Engines whose cost is known, on a clock that they move themselves, so that a busy machine cannot turn the verdict.</summary>
public sealed class BatchTunerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void An_engine_whose_runs_cost_the_same_whatever_they_hold_gets_the_largest_batch()
    {
        using var engine = new CostlyEngine(n => 8);
        Assert.Equal(16, BatchTuner.Tune(engine, new BatchQueueOptions { Lanes = 1 }, Token, engine.Time).MaxBatch);
    }

    [Fact]
    public void An_engine_that_gains_nothing_from_batches_gets_single_images_and_no_delay()
    {
        using var engine = new CostlyEngine(n => 8 * n);
        BatchPlan plan = BatchTuner.Tune(engine, new BatchQueueOptions { Lanes = 1 }, Token, engine.Time);
        Assert.Equal(new BatchPlan(1, 1, TimeSpan.Zero), plan);
    }

    [Fact]
    public void An_engine_that_runs_side_by_side_gets_a_lane_a_core()
    {
        Assert.SkipWhen(Environment.ProcessorCount == 1, "One core: there is nothing to run side by side.");
        using var engine = new CostlyEngine(n => 20 * n) { Sleeps = true };
        Assert.Equal(Environment.ProcessorCount, BatchTuner.Tune(engine, new BatchQueueOptions { MaxBatch = 1 }, Token).Lanes);
    }

    [Fact]
    public void An_engine_that_runs_one_batch_at_a_time_gets_one_lane()
    {
        using var engine = new CostlyEngine(n => 8 * n);
        Assert.Equal(1, BatchTuner.Tune(engine, new BatchQueueOptions(), Token, engine.Time).Lanes);
    }

    [Fact]
    public void Nothing_is_measured_when_the_options_say_so()
    {
        using var engine = new CostlyEngine(_ => throw new InvalidOperationException("it was run"));
        Assert.Equal(new BatchPlan(3, 5, TimeSpan.FromMilliseconds(4)), BatchTuner.Tune(engine, new BatchQueueOptions { Tune = false, Lanes = 3, MaxBatch = 5, MaxDelay = TimeSpan.FromMilliseconds(4) }, Token));
    }

    /// <summary>Each run moves the clock, or takes its time where <see cref="Sleeps"/>: then runs on several threads take theirs side by side.</summary>
    private sealed class CostlyEngine(Func<int, int> milliseconds) : IInferenceEngine
    {
        public ManualTime Time { get; } = new();

        public bool Sleeps { get; init; }

        public string Name => "costly";

        public int Dimensions => 2;

        public int[] ItemShape => [3, 2, 2];

        public void Run(ReadOnlySpan<float> input, int n, Span<float> output)
        {
            var cost = TimeSpan.FromMilliseconds(milliseconds(n));
            if (Sleeps)
                Thread.Sleep(cost);
            else
                Time.Advance(cost);
        }

        public void Dispose()
        {
        }
    }
}
