using Perennial.Core.Generations;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Prometheus;

namespace Perennial.Background;

/// <summary>What the loop tells Prometheus.</summary>
internal static class RunMetrics
{
    public static readonly Counter Runs = Metrics.CreateCounter(
        "perennial_runs_total", "Runs that ended, by kind and final state.", "kind", "state");

    public static readonly Counter Exports = Metrics.CreateCounter(
        "perennial_exports_total", "Generations that runs have written, or failed to write.", "result");

    public static readonly Histogram SwapSeconds = Metrics.CreateHistogram(
        "perennial_swap_seconds",
        "Parts of a model change: admit (digests, engines, probes, warm-up), flip (durable promotion and the exchange of the slot).",
        new HistogramConfiguration { LabelNames = ["stage"], Buckets = Histogram.ExponentialBuckets(0.0005, 2, 18) });

    public static readonly Gauge ReindexProgress = Metrics.CreateGauge(
        "perennial_reindex_progress_ratio", "Share of the corpus that the candidate's collection holds; 1 when no generation is being indexed.");

    public static readonly Gauge IndexLag = Metrics.CreateGauge(
        "perennial_index_lag_images", "Images whose latest change the serving collection has not followed yet.");

    public static readonly Gauge Generation = Metrics.CreateGauge(
        "perennial_generation", "Number of the generation that serves; 0 without one.");

    public static readonly Gauge GenerationScore = Metrics.CreateGauge(
        "perennial_generation_score", "Scores of the generation that serves, from its manifest.", "metric");

    public static readonly Gauge EngineInfo = Metrics.CreateGauge(
        "perennial_engine_info", "1 for the engine that runs the serving encoder.", "engine", "precision", "device");

    public static readonly Gauge TrainingLoss = Metrics.CreateGauge(
        "perennial_training_loss", "Training loss of the run at work.");

    public static readonly Gauge TrainingImagesPerSecond = Metrics.CreateGauge(
        "perennial_training_images_per_second", "Images that the run at work trains on in a second.");

    public static readonly Gauge TrainingEpoch = Metrics.CreateGauge(
        "perennial_training_epoch", "Epochs that the run at work has finished, fractions included.");

    public static readonly Counter LearnerStarts = Metrics.CreateCounter(
        "perennial_learner_starts_total", "Learner processes started, restarts included.");

    public static readonly Counter IndexedImages = Metrics.CreateCounter(
        "perennial_indexed_images_total", "Changes that vector collections have followed.", "result");

    /// <summary>Tells which generation serves, on which engine, and its scores.</summary>
    public static void Serves(AdmittedGeneration generation)
    {
        (GenerationManifest manifest, EngineChoice engine) = (generation.Manifest, generation.Engine);
        Generation.Set(manifest.Number);
        string[] labels = [engine.Kind, engine.Precision, engine.Device];
        EngineInfo.WithLabels(labels).Set(1);
        foreach (string[] other in EngineInfo.GetAllLabelValues().Where(other => !other.SequenceEqual(labels))) EngineInfo.RemoveLabelled(other);
        foreach (string[] score in GenerationScore.GetAllLabelValues())
        {
            if (!manifest.Metrics.ContainsKey(score[0])) GenerationScore.RemoveLabelled(score);
        }
        foreach ((string metric, double score) in manifest.Metrics) GenerationScore.WithLabels(metric).Set(score);
    }
}
