namespace Perennial.Background.Triggers;

/// <summary>How two sets of embeddings are compared.</summary>
public enum DriftMetric
{
    /// <summary>See <see cref="Core.Scoring.MaximumMeanDiscrepancy"/>.</summary>
    Mmd,
}
