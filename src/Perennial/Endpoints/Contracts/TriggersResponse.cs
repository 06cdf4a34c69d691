using Perennial.Background.Triggers;

namespace Perennial.Endpoints.Contracts;

/// <summary>What the triggers see now, and what comes next.</summary>
public sealed record TriggersResponse
{
    /// <summary>Whether the server starts runs by itself at all.</summary>
    public required bool Enabled { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The generation that serves; null without one.</summary>
    public int? Generation { get; init; }

    /// <summary>What would be decided now; whether the run would be admitted is only found when it is started.</summary>
    public required DecisionOutcome Outcome { get; init; }

    /// <summary>The trigger that asks for a run; null where none does.</summary>
    public Trigger? Trigger { get; init; }

    /// <summary>In sentences, with figures.</summary>
    public required string Reason { get; init; }

    /// <summary>What every trigger sees. Drift and accuracy are those that were measured last.</summary>
    public required IReadOnlyList<TriggerReading> Readings { get; init; }

    /// <summary>What speaks against a run now, asked for or not.</summary>
    public required IReadOnlyList<TriggerHold> Holds { get; init; }

    /// <summary>The next scheduled time; null without a schedule.</summary>
    public DateTimeOffset? NextScheduled { get; init; }

    /// <summary>Images that must come in before their amount asks for a run; null where that trigger is off.</summary>
    public long? ImagesMissing { get; init; }

    /// <summary>Seconds until the pause after the last automatic run is over; 0 when it is.</summary>
    public required double CooldownLeftSeconds { get; init; }

    /// <summary>Minutes of learning that are left of 24 hours; null without a limit.</summary>
    public double? BudgetLeftMinutes { get; init; }

    /// <summary>Minutes that the next run is expected to take; 0 when there was none.</summary>
    public required double ExpectedMinutes { get; init; }

    internal static TriggersResponse Of(TriggerFacts facts)
    {
        Decision decision = TriggerRules.Decide(facts);
        TriggerPolicy policy = facts.Policy;
        long? missing = facts.IsOwn
            ? policy.Amount.Enabled ? policy.Amount.Needed(facts.SnapshotImages) - facts.NewImages : null
            : policy.FirstRun.Enabled ? policy.FirstRun.Images - facts.Images : null;
        return new TriggersResponse
        {
            Enabled = policy.Enabled,
            At = facts.Now,
            Generation = facts.Serving,
            Outcome = decision.Outcome,
            Trigger = decision.Trigger,
            Reason = decision.Reason,
            Readings = decision.Readings,
            Holds = TriggerRules.Holds(facts),
            NextScheduled = facts.NextScheduled,
            ImagesMissing = missing is { } images ? Math.Max(0, images) : null,
            CooldownLeftSeconds = facts.CooldownEnds is { } end ? Math.Max(0, (end - facts.Now).TotalSeconds) : 0,
            BudgetLeftMinutes = facts.BudgetLeft?.TotalMinutes,
            ExpectedMinutes = facts.Expected.TotalMinutes,
        };
    }
}
