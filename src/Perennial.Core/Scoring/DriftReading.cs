namespace Perennial.Core.Scoring;

/// <summary>How far recent images are from those that an encoder learned from.</summary>
/// <param name="SquaredMmd">MMD² of the two sets, see <see cref="MaximumMeanDiscrepancy"/>.</param>
/// <param name="Level">MMD² that old images have reached against old ones, above 0.</param>
/// <param name="EffectSize">The first over the second: 1 is what the corpus has always done; may be negative.</param>
public sealed record DriftReading(double SquaredMmd, double Level, double EffectSize);
