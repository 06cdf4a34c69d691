using Prometheus;

namespace Perennial.Telemetry;

/// <summary>Images on their way in.</summary>
internal static class CorpusMetrics
{
    public static readonly Counter ImagesReceived = Metrics.CreateCounter(
        "perennial_images_received_total", "Images given to POST /images, by result: stored, duplicate, or the code of the error.", ["result"]);

    public static readonly Gauge Images = Metrics.CreateGauge("perennial_corpus_images", "Images in the corpus.");
}
