using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Scoring;

/// <summary>What a new generation must hold to take over from the serving one.</summary>
public sealed record GatePolicy
{
    /// <summary>Rules where enough held-out images have labels.</summary>
    public MetricRules WithLabels { get; init; } = new() { KnnAccuracy = new() { AllowedDrop = 0.005 }, LinearAccuracy = new() { AllowedDrop = 0.01 } };

    /// <summary>Rules where they have not.</summary>
    public MetricRules WithoutLabels { get; init; } = new() { ViewRecall = new() { AllowedDrop = 0.02 }, RankMe = new() { AllowedDrop = 0.5 } };

    /// <summary>With fewer held-out images nothing is compared: figures from so few say nothing. 2 to 1,000,000; default 20.</summary>
    [Range(2, 1_000_000)]
    public int LeastTestImages { get; init; } = 20;

    /// <summary>The rules with labels hold from so many labelled held-out images on. 1 to 1,000,000; default 50.</summary>
    [Range(1, 1_000_000)]
    public int LeastLabelledTestImages { get; init; } = 50;

    /// <summary>
    /// A share that fell is held against a candidate only as far as the fall exceeds so many of its own standard errors, and a gain that is asked for must exceed as many.
    /// 0 (figures are taken as exact) to 5; default 1.
    /// </summary>
    [Range(0, 5.0)]
    public double StandardErrors { get; init; } = 1;

    /// <summary>Smallest spread of the embeddings, and of the projections where they were measured, standard deviation times √D. 0 to 1; default 0.1; 0 is collapse, 1 is even.</summary>
    [Range(0, 1.0)]
    public double LeastSpread { get; init; } = 0.1;

    /// <summary>Smallest effective rank of the embeddings and of the projections. 1 to 10,000; default 2.</summary>
    [Range(1, 10_000.0)]
    public double LeastRank { get; init; } = 2;
}
