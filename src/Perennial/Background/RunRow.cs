using System.Text.Json;
using System.Text.Json.Nodes;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>A row of the table <c>runs</c> as SQLite gives it: text, numbers, milliseconds since 1970.</summary>
internal sealed class RunRow
{
    public const string Columns =
        """
        id AS Id, kind AS Kind, recipe AS Recipe, overrides AS Overrides, promote AS Promote, state AS State, progress AS Progress,
        eta_seconds AS EtaSeconds, message AS Message, generation AS Generation, verdict AS Verdict, error AS Error, created_at AS CreatedAt,
        started_at AS StartedAt, finished_at AS FinishedAt, parent_generation AS ParentGeneration, snapshot AS Snapshot
        """;

    public required string Id { get; init; }
    public required string Kind { get; init; }
    public string? Recipe { get; init; }
    public string? Overrides { get; init; }
    public string? Promote { get; init; }
    public required string State { get; init; }
    public double? Progress { get; init; }
    public double? EtaSeconds { get; init; }
    public string? Message { get; init; }
    public long? Generation { get; init; }
    public string? Verdict { get; init; }
    public string? Error { get; init; }
    public long CreatedAt { get; init; }
    public long? StartedAt { get; init; }
    public long? FinishedAt { get; init; }
    public long? ParentGeneration { get; init; }
    public string? Snapshot { get; init; }

    public RunRecord ToRecord() => new()
    {
        Id = Id,
        Kind = Enum.Parse<RunKind>(Kind, ignoreCase: true),
        Recipe = Recipe,
        Overrides = Overrides is null ? [] : JsonNode.Parse(Overrides)!.AsObject(),
        Promote = Promote is null ? PromotionRule.Auto : Enum.Parse<PromotionRule>(Promote, ignoreCase: true),
        State = RunStates.Parse(State),
        Progress = Progress ?? 0,
        EtaSeconds = EtaSeconds,
        Message = Message,
        Generation = (int?)Generation,
        ParentGeneration = (int?)ParentGeneration,
        Snapshot = Snapshot,
        Evaluation = Verdict is null ? null : JsonSerializer.Deserialize<EvaluationReport>(Verdict, RunJson.Options),
        Error = Error,
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(CreatedAt),
        StartedAt = StartedAt is { } started ? DateTimeOffset.FromUnixTimeMilliseconds(started) : null,
        FinishedAt = FinishedAt is { } finished ? DateTimeOffset.FromUnixTimeMilliseconds(finished) : null,
    };
}
