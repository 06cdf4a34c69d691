using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>
/// Learns when the embeddings of new images lie elsewhere than those of the images that the serving generation learned from. The yardstick is the corpus's own
/// history: how far old images have been from old ones. What counts is by how many times that is exceeded, never a p-value.
/// </summary>
public sealed record DriftTrigger : IValidatableObject
{
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>What is measured.</summary>
    /// <value>Default mmd: squared maximum mean discrepancy with a Gaussian kernel of median bandwidth.</value>
    public DriftMetric Metric { get; init; } = DriftMetric.Mmd;

    /// <summary>How many times what is usual makes an alarm; 1 is usual.</summary>
    /// <value>Default 3. 1 to 10,000.</value>
    [Range(1, 10_000.0)]
    public double EffectSize { get; init; } = 3;

    /// <summary>Fewest new images, and fewest old ones in each half of a comparison; with fewer nothing is measured.</summary>
    /// <value>Default 128. 16 to 4096.</value>
    [Range(16, 4096)]
    public int LeastImages { get; init; } = 128;

    /// <summary>Newest images that are compared, with three times as many old ones.</summary>
    /// <value>Default 256. 16 to 4096.</value>
    [Range(16, 4096)]
    public int SampleSize { get; init; } = 256;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (LeastImages > SampleSize)
            yield return new ValidationResult($"is above sampleSize ({SampleSize}), so nothing would ever be measured; lower it, or raise sampleSize.", [nameof(LeastImages)]);
    }
}
