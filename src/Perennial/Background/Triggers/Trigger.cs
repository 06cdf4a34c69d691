namespace Perennial.Background.Triggers;

/// <summary>What can ask for a run; of several the first one here gives it its name.</summary>
public enum Trigger
{
    /// <summary>Nothing has been learned from this corpus yet.</summary>
    FirstRun,

    /// <summary>New images are named worse.</summary>
    Performance,

    /// <summary>New images lie elsewhere.</summary>
    Drift,

    /// <summary>There are enough new images.</summary>
    Amount,

    /// <summary>It is time.</summary>
    Schedule,
}
