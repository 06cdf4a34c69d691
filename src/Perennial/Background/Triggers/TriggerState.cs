namespace Perennial.Background.Triggers;

/// <summary>What a trigger says.</summary>
public enum TriggerState
{
    /// <summary>Switched off by the policy.</summary>
    Off,

    /// <summary>Not yet.</summary>
    Waits,

    /// <summary>It asks for a run.</summary>
    Fires,
}
