using System.Text.Json.Nodes;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>A run as the catalogue knows it: what was asked, where it is, and what came of it.</summary>
public sealed record RunRecord
{
    /// <summary>32 hexadecimal digits, ordered by time of creation.</summary>
    public required string Id { get; init; }

    public required RunKind Kind { get; init; }

    /// <summary>Name of the recipe; null for a run that trains no encoder.</summary>
    public string? Recipe { get; init; }

    /// <summary>Keys of the recipe that were given another value.</summary>
    public JsonObject Overrides { get; init; } = [];

    public required PromotionRule Promote { get; init; }

    public required RunState State { get; init; }

    /// <summary>Share of the whole run that is done, [0, 1].</summary>
    public double Progress { get; init; }

    /// <summary>Seconds that the present stage is expected to take from now; null when unknown.</summary>
    public double? EtaSeconds { get; init; }

    /// <summary>What it is doing, in words.</summary>
    public string? Message { get; init; }

    /// <summary>The generation that it made, or that it indexes.</summary>
    public int? Generation { get; init; }

    /// <summary>The generation that it started from and was judged against.</summary>
    public int? ParentGeneration { get; init; }

    /// <summary>Id of the corpus snapshot that it saw.</summary>
    public string? Snapshot { get; init; }

    /// <summary>Scores, old against new, and the gate's verdict with its reasons.</summary>
    public EvaluationReport? Evaluation { get; init; }

    /// <summary>One sentence; set when the run failed.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }
}
