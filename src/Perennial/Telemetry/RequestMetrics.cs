using Prometheus;

namespace Perennial.Telemetry;

/// <summary>What callers see of the server.</summary>
internal static class RequestMetrics
{
    public static readonly Histogram Seconds = Metrics.CreateHistogram(
        "perennial_request_seconds", "Time of requests, whole (stage total) and by stage.", ["endpoint", "stage"], new HistogramConfiguration { Buckets = Buckets.Seconds });

    public static readonly Counter Requests = Metrics.CreateCounter(
        "perennial_requests_total", "Requests answered, by endpoint and HTTP status (499: the caller left).", ["endpoint", "status"]);

    public static readonly Counter RateLimited = Metrics.CreateCounter(
        "perennial_rate_limited_total", "Requests refused because their caller has used up what it may ask for, by limit: requests, images.", ["limit"]);

    public static readonly Gauge InProgress = Metrics.CreateGauge("perennial_requests_in_progress", "Requests being answered now.");

    public static readonly Gauge BodyBytes = Metrics.CreateGauge("perennial_request_body_bytes", "Bytes of request bodies held in memory now.");
}
