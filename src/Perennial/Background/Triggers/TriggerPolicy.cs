namespace Perennial.Background.Triggers;

/// <summary>When the server learns by itself: what asks for a run, how long it waits between two of them, and what they may cost.</summary>
public sealed record TriggerPolicy
{
    /// <summary>Whether the server starts runs by itself at all.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>The first run of a server that has learned nothing of its own yet.</summary>
    public FirstRunTrigger FirstRun { get; init; } = new();

    /// <summary>Runs at set times.</summary>
    public ScheduleTrigger Schedule { get; init; } = new();

    /// <summary>Runs when enough new images are there.</summary>
    public AmountTrigger Amount { get; init; } = new();

    /// <summary>Runs when new images look different from what the serving generation learned from.</summary>
    public DriftTrigger Drift { get; init; } = new();

    /// <summary>Runs when the serving generation names new images worse than it named the held-out ones.</summary>
    public PerformanceTrigger Performance { get; init; } = new();

    /// <summary>Time between two automatic runs.</summary>
    public CooldownPolicy Cooldown { get; init; } = new();

    /// <summary>What learning may cost a day.</summary>
    public CostPolicy Cost { get; init; } = new();
}
