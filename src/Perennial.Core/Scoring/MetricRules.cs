using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Scoring;

/// <summary>A rule for each metric that old and new are compared by; one that is left out is off.</summary>
public sealed record MetricRules : IValidatableObject
{
    private static readonly MetricRule Off = new() { Enabled = false };

    /// <summary>Share of labelled images whose nearest neighbours name them rightly. Needs labels.</summary>
    public MetricRule KnnAccuracy { get; init; } = Off;

    /// <summary>Accuracy of a linear probe. Needs labels.</summary>
    public MetricRule LinearAccuracy { get; init; } = Off;

    /// <summary>Share of images that find themselves from their own augmented view (recall@1, the same views for old and new).</summary>
    public MetricRule ViewRecall { get; init; } = Off;

    /// <summary>Effective rank, as a share of the old one.</summary>
    public MetricRule RankMe { get; init; } = Off;

    /// <summary>Mean squared distance of two views; smaller is better. It grows in healthy training, so it may not be the only rule.</summary>
    public MetricRule Alignment { get; init; } = Off;

    /// <summary>Spread on the sphere; smaller is better.</summary>
    public MetricRule Uniformity { get; init; } = Off;

    /// <summary>Standard deviation of the components, as a share of the old one.</summary>
    public MetricRule EmbeddingStd { get; init; } = Off;

    /// <summary>Refuses alignment as the only rule.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        MetricRule[] others = [KnnAccuracy, LinearAccuracy, ViewRecall, RankMe, Uniformity, EmbeddingStd];
        if (Alignment.Enabled && !others.Any(rule => rule.Enabled))
            yield return new ValidationResult("grows in healthy training and may not be the only rule; enable another metric beside it.", [nameof(Alignment)]);
    }
}
