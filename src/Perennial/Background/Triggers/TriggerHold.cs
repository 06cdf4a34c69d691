namespace Perennial.Background.Triggers;

/// <summary>A reason not to start now.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Reason">One sentence with the figures.</param>
/// <param name="Until">When it ends by itself, where that is known.</param>
public sealed record TriggerHold(HoldKind Kind, string Reason, DateTimeOffset? Until = null);
