namespace Perennial.Background.Triggers;

/// <summary>What one trigger sees.</summary>
/// <param name="Trigger">Which.</param>
/// <param name="State">What it says.</param>
/// <param name="Value">firstRun, amount: images; drift: effect size; performance: points of accuracy lost; schedule: 1 when a time has come, else 0. Null where nothing could be measured.</param>
/// <param name="Threshold">It fires from this value on.</param>
/// <param name="Reason">One sentence with the figures.</param>
public sealed record TriggerReading(Trigger Trigger, TriggerState State, double? Value, double? Threshold, string Reason);
