namespace Perennial.Background.Triggers;

/// <summary>What keeps the server from doing what a trigger asks for.</summary>
public enum HoldKind
{
    /// <summary>Automatic learning is switched off.</summary>
    Disabled,

    /// <summary>A pretraining waits or is at work.</summary>
    RunAtWork,

    /// <summary>The pause after the last automatic run is not over.</summary>
    Cooldown,

    /// <summary>The day's minutes are used up.</summary>
    DailyCost,

    /// <summary>The last run was rejected, and nothing has changed since.</summary>
    NothingNew,

    /// <summary>The run would be refused.</summary>
    NotAdmitted,

    /// <summary>As many runs wait as may.</summary>
    QueueFull,
}
