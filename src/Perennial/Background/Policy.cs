using Perennial.Core.Scoring;

namespace Perennial.Background;

/// <summary>How the server learns: what a run does by default, when a new generation may take over, and what learning may take of the machine.</summary>
public sealed record Policy
{
    public RunDefaults Run { get; init; } = new();

    public GatePolicy Gate { get; init; } = new();

    public LearnerLimits Limits { get; init; } = new();
}
