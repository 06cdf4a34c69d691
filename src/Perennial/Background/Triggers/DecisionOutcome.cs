namespace Perennial.Background.Triggers;

/// <summary>What the server decided.</summary>
public enum DecisionOutcome
{
    NotNow,

    Start,
}
