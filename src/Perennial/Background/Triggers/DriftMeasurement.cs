using Perennial.Core.Scoring;

namespace Perennial.Background.Triggers;

/// <summary>A comparison of new images with old ones.</summary>
/// <param name="Reading">Its outcome; null where nothing could be measured.</param>
/// <param name="Recent">New images that were compared.</param>
/// <param name="Reference">Old images that they were compared with.</param>
/// <param name="Why">Without an outcome: why, as a sentence.</param>
internal sealed record DriftMeasurement(DriftReading? Reading, int Recent, int Reference, string? Why);
