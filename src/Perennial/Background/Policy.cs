using Perennial.Background.Triggers;
using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>How the server learns: when, what a run does by default, when a new generation may take over, what stays of the one before, and what learning may take of the machine.</summary>
public sealed record Policy
{
    public RunDefaults Run { get; init; } = new();

    public GatePolicy Gate { get; init; } = new();

    public ReplayPolicy Replay { get; init; } = new();

    public LearnerLimits Limits { get; init; } = new();

    public BridgePolicy Bridge { get; init; } = new();

    public RetentionPolicy Retention { get; init; } = new();

    public TriggerPolicy Triggers { get; init; } = new();
}
