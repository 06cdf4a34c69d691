namespace Perennial.Background.Triggers;

/// <summary>Whether to learn now, and why.</summary>
public sealed record Decision
{
    /// <summary>0 before it is kept.</summary>
    public long Id { get; init; }

    /// <summary>When it was first decided so.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was last decided so; decisions that only differ in their figures are one, with the newest figures.</summary>
    public required DateTimeOffset LastAt { get; init; }

    /// <summary>How often it was decided so in a row.</summary>
    public int Times { get; init; } = 1;

    public required DecisionOutcome Outcome { get; init; }

    /// <summary>The trigger that asks for a run; null where none does.</summary>
    public Trigger? Trigger { get; init; }

    /// <summary>In sentences, with figures.</summary>
    public required string Reason { get; init; }

    /// <summary>What every trigger saw.</summary>
    public required IReadOnlyList<TriggerReading> Readings { get; init; }

    /// <summary>What spoke against a run that was asked for.</summary>
    public IReadOnlyList<TriggerHold> Holds { get; init; } = [];

    /// <summary>The run that was started.</summary>
    public string? Run { get; init; }

    /// <summary>Whether two decisions say the same, their figures aside. No start is like another.</summary>
    internal bool IsLike(Decision other) =>
        Outcome == DecisionOutcome.NotNow && other.Outcome == Outcome && Trigger == other.Trigger
        && Readings.Select(reading => (reading.Trigger, reading.State, reading.Value is null)).SequenceEqual(other.Readings.Select(reading => (reading.Trigger, reading.State, reading.Value is null)))
        && Holds.Select(hold => hold.Kind).SequenceEqual(other.Holds.Select(hold => hold.Kind));
}
