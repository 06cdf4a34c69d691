using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>Learns when the serving generation names labelled newcomers worse than it named the held-out images when it was made.</summary>
public sealed record PerformanceTrigger
{
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>What is measured.</summary>
    /// <value>Default knn: accuracy of the votes of the nearest labelled images (k 20, temperature 0.1).</value>
    public PerformanceMetric Metric { get; init; } = PerformanceMetric.Knn;

    /// <summary>Percentage points below the accuracy of its evaluation that are too many.</summary>
    /// <value>Default 10. 0.1 to 100.</value>
    [Range(0.1, 100)]
    public double DropPoints { get; init; } = 10;

    /// <summary>Fewest labelled newcomers; with fewer nothing is measured.</summary>
    /// <value>Default 100. 10 to 1,000,000.</value>
    [Range(10, 1_000_000)]
    public int LeastImages { get; init; } = 100;
}
