using Perennial.Inference.Batching;
using Prometheus;

namespace Perennial.Telemetry;

/// <summary>What the batch queues of the encoders do. <see cref="ObserverOf"/> is given to each of them.</summary>
internal static class BatchMetrics
{
    public static readonly Histogram Images = Metrics.CreateHistogram(
        "perennial_batch_images", "Images in a batch of the encoder.", new HistogramConfiguration { Buckets = Buckets.PowersOfTwo });

    public static readonly Histogram QueueSeconds = Metrics.CreateHistogram(
        "perennial_queue_seconds", "Time of an image from its acceptance to the start of its batch.", new HistogramConfiguration { Buckets = Buckets.Seconds });

    public static readonly Histogram InferenceSeconds = Metrics.CreateHistogram(
        "perennial_inference_seconds", "Time of a batch in the engine.", new HistogramConfiguration { Buckets = Buckets.Seconds });

    public static readonly Gauge Waiting = Metrics.CreateGauge("perennial_queue_images", "Images left waiting when the latest batch was formed.");

    public static readonly Counter FailedBatches = Metrics.CreateCounter("perennial_batches_failed_total", "Batches that the engine failed on.");

    /// <summary>The observer of a generation's queue.</summary>
    /// <param name="aliases">Where batches are counted too, or null.</param>
    public static Func<int, BatchObserver> ObserverOf(TritonAliases? aliases) => aliases is null ? _ => Observe : generation => batch =>
    {
        Observe(batch);
        aliases.Count(generation, batch);
    };

    private static void Observe(BatchMeasurement batch)
    {
        Images.Observe(batch.Size);
        InferenceSeconds.Observe(batch.Inference.TotalSeconds);
        Waiting.Set(batch.Waiting);
        if (batch.Failed) FailedBatches.Inc();
        foreach (TimeSpan wait in batch.QueueWaits) QueueSeconds.Observe(wait.TotalSeconds);
    }
}
