namespace Perennial.Background.Triggers;

/// <summary>What a generation is worth on labelled images.</summary>
public enum PerformanceMetric
{
    /// <summary>See <see cref="Core.Scoring.KnnAccuracy"/>.</summary>
    Knn,
}
