namespace Perennial.Telemetry;

/// <summary>One measured part of a request.</summary>
/// <param name="Stage">One of <see cref="Telemetry.Stage"/>.</param>
/// <param name="Started">Timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</param>
/// <param name="Duration">How long it took.</param>
internal readonly record struct StageTime(string Stage, long Started, TimeSpan Duration);
