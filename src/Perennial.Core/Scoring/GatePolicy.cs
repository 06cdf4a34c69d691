using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Scoring;

/// <summary>What a new generation must hold to take over from the serving one.</summary>
public sealed record GatePolicy
{
    /// <summary>kNN accuracy may fall by at most this. 0 to 1; default 0.005, half a point.</summary>
    [Range(0, 1.0)]
    public double KnnTolerance { get; init; } = 0.005;

    /// <summary>Without labels: the share of images that find themselves from a random view may fall by at most this. 0 to 1; default 0.02.</summary>
    [Range(0, 1.0)]
    public double ViewRecallTolerance { get; init; } = 0.02;

    /// <summary>kNN accuracy is judged from so many labelled held-out images on; with fewer it says too little. 1 to 1,000,000; default 50.</summary>
    [Range(1, 1_000_000)]
    public int LeastLabelledTestImages { get; init; } = 50;

    /// <summary>Smallest spread of the embeddings, standard deviation times √D. 0 to 1; default 0.1; 0 is collapse, 1 is even.</summary>
    [Range(0, 1.0)]
    public double LeastSpread { get; init; } = 0.1;

    /// <summary>Smallest effective rank of the embeddings. 1 to 10,000; default 2.</summary>
    [Range(1, 10_000.0)]
    public double LeastRank { get; init; } = 2;
}
