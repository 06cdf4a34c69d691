using Prometheus;

namespace Perennial.Telemetry;

/// <summary>Histogram buckets, chosen for what is measured.</summary>
internal static class Buckets
{
    /// <summary>Requests and their stages, in seconds: 0.5 ms to 30 s in steps of 1, 2, 5.</summary>
    public static readonly double[] Seconds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];

    /// <summary>Counts in powers of two, 1 to 1024.</summary>
    public static readonly double[] PowersOfTwo = Histogram.ExponentialBuckets(1, 2, 11);
}
