namespace Perennial.Background;

/// <summary>How far a run is. Training figures are there while the learner trains.</summary>
public sealed record RunProgress
{
    /// <summary>Share of the whole run, [0, 1].</summary>
    public required double Progress { get; init; }

    /// <summary>Seconds that the present stage is expected to take from now.</summary>
    public double? EtaSeconds { get; init; }

    public string? Message { get; init; }

    public int? Epoch { get; init; }

    public int? Epochs { get; init; }

    public long? Step { get; init; }

    public long? Steps { get; init; }

    public double? Loss { get; init; }

    public double? LearningRate { get; init; }

    public double? ImagesPerSecond { get; init; }

    /// <summary>kNN accuracy on probe images as training goes, [0, 1].</summary>
    public double? Knn { get; init; }

    /// <summary>Mean standard deviation of the projections: falls to 0 when training collapses.</summary>
    public double? ProjectionStd { get; init; }

    /// <summary>Effective rank of the embeddings.</summary>
    public double? RankMe { get; init; }

    public required DateTimeOffset At { get; init; }
}
