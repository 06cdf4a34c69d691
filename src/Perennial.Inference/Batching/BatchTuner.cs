using Perennial.Inference.Engines;

namespace Perennial.Inference.Batching;

/// <summary>
/// Finds how an engine is fed best on this machine. An accelerator wants one large batch at a time; a processor is often faster with a small batch on each core,
/// which also spares the first of a batch the wait for the last.
/// </summary>
/// <remarks>
/// For one lane, and for a lane a core, the batch is doubled for as long as that brings a gain. Of all that comes within 5 % of the best rate, the smallest batch is taken,
/// since it answers soonest, and of several the fastest. Takes a few runs of each size: about a second for a large network, a tenth for a small one.
/// </remarks>
public static class BatchTuner
{
    private const double Gain = 1.05;
    private const int FewestRuns = 3;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(15);

    /// <param name="engine">Warm, and used by nobody else meanwhile.</param>
    /// <param name="options">Bounds: no batch above <see cref="BatchQueueOptions.MaxBatch"/>, no delay above <see cref="BatchQueueOptions.MaxDelay"/>; lanes as set there.</param>
    /// <param name="cancellationToken">Checked between the runs.</param>
    /// <param name="time">Clock of the measurements.</param>
    public static BatchPlan Tune(IInferenceEngine engine, BatchQueueOptions options, CancellationToken cancellationToken, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        if (!options.Tune) return BatchPlan.Of(options);
        int[] lanes = options.Lanes is { } set ? [set] : [.. new[] { 1, Environment.ProcessorCount }.Distinct()];
        List<(BatchPlan Plan, double Rate)> measured = [];
        foreach (int count in lanes)
        {
            double before = 0;
            for (int batch = 1; batch <= options.MaxBatch; batch *= 2)
            {
                double rate = Rate(engine, count, batch, time, cancellationToken);
                measured.Add((new BatchPlan(count, batch, batch == 1 ? TimeSpan.Zero : options.MaxDelay), rate));
                if (rate < before * Gain) break;
                before = rate;
            }
        }
        double enough = measured.Max(one => one.Rate) / Gain;
        return measured.Where(one => one.Rate >= enough).OrderBy(one => one.Plan.MaxBatch).ThenByDescending(one => one.Rate).First().Plan;
    }

    /// <summary>Images a second of that many threads with batches of that size.</summary>
    private static double Rate(IInferenceEngine engine, int lanes, int batch, TimeProvider time, CancellationToken cancellationToken)
    {
        int item = engine.ItemLength, images = 0;
        Exception? fault = null;
        long began = time.GetTimestamp();
        Thread[] threads = [.. Enumerable.Range(0, lanes).Select(_ => new Thread(Run))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        cancellationToken.ThrowIfCancellationRequested();
        return fault is null ? images / time.GetElapsedTime(began).TotalSeconds : throw new EngineException(fault.Message, fault);

        void Run()
        {
            try
            {
                float[] input = new float[batch * item], output = new float[batch * engine.Dimensions];
                for (int run = 0; (run < FewestRuns || time.GetElapsedTime(began) < Shortest) && !cancellationToken.IsCancellationRequested; run++)
                {
                    engine.Run(input, batch, output);
                    Interlocked.Add(ref images, batch);
                }
            }
            catch (Exception exception)
            {
                fault = exception;
            }
        }
    }
}
