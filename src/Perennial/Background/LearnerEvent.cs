using System.Text.Json;

namespace Perennial.Background;

/// <summary>One line that the learner writes to its output.</summary>
public sealed record LearnerEvent
{
    /// <summary>"state", "progress", "note", "generation" or "failed".</summary>
    public required string Type { get; init; }

    /// <summary>With "state": running, evaluating or exporting.</summary>
    public RunState? State { get; init; }

    /// <summary>With "progress": share of the whole run, [0, 1], and what the trainer says.</summary>
    public RunProgress? Progress { get; init; }

    /// <summary>With "generation": the number of the generation that the run has made.</summary>
    public int? Generation { get; init; }

    /// <summary>With "note" and "failed": one sentence.</summary>
    public string? Message { get; init; }

    /// <summary>With "failed": whether the same would happen again, so that a restart is pointless.</summary>
    public bool Final { get; init; }

    public DateTimeOffset At { get; init; }

    public string ToLine() => JsonSerializer.Serialize(this, RunJson.Options);

    /// <summary>Null for a line that is not an event: a library's own words on the output.</summary>
    public static LearnerEvent? Parse(string line)
    {
        if (!line.StartsWith('{')) return null;
        try
        {
            return JsonSerializer.Deserialize<LearnerEvent>(line, RunJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
