namespace Perennial.Background.Triggers;

/// <summary>All that a decision rests on, at one moment.</summary>
internal sealed record TriggerFacts
{
    public required DateTimeOffset Now { get; init; }

    public required TriggerPolicy Policy { get; init; }

    /// <summary>The generation that serves; null without one.</summary>
    public int? Serving { get; init; }

    /// <summary>When the snapshot was taken that its encoder learned from; null where it learned nothing from this corpus.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Images of that snapshot.</summary>
    public long SnapshotImages { get; init; }

    /// <summary>Images of the corpus.</summary>
    public long Images { get; init; }

    /// <summary>Images received since the snapshot; all of them without one.</summary>
    public long NewImages { get; init; }

    /// <summary>The scheduled time that has come and has not been dealt with.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>The next scheduled time.</summary>
    public DateTimeOffset? NextScheduled { get; init; }

    public DriftMeasurement? Drift { get; init; }

    public PerformanceMeasurement? Performance { get; init; }

    /// <summary>A pretraining that waits or is at work.</summary>
    public RunRecord? AtWork { get; init; }

    /// <summary>Automatic runs that have ended, newest first.</summary>
    public IReadOnlyList<RunRecord> Automatic { get; init; } = [];

    /// <summary>The last automatic run was rejected, and neither an image nor the policy has come since.</summary>
    public bool NothingNew { get; init; }

    /// <summary>What learning has taken in the last 24 hours.</summary>
    public TimeSpan Spent { get; init; }

    /// <summary>What the last pretraining took; 0 before the first.</summary>
    public TimeSpan Expected { get; init; }

    /// <summary>Whether the serving encoder learned from this corpus.</summary>
    public bool IsOwn => Since is not null;

    /// <summary>Automatic runs in a row, up to now, that brought no new model.</summary>
    public int Fruitless => Automatic.TakeWhile(run => run.State != RunState.Promoted).Count();

    /// <summary>When the pause after the last automatic run ends; null when there was none.</summary>
    public DateTimeOffset? CooldownEnds => Automatic is [{ FinishedAt: { } ended }, ..] ? ended + Policy.Cooldown.After(Fruitless) : null;

    /// <summary>What is left of the day's minutes; null without a limit.</summary>
    public TimeSpan? BudgetLeft => Policy.Cost.MinutesPerDay is { } minutes ? TimeSpan.FromMinutes(Math.Max(0, minutes - Spent.TotalMinutes)) : null;
}
