using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>Learns when so many images have come in since the snapshot that the serving generation learned from.</summary>
public sealed record AmountTrigger : IValidatableObject
{
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>New images; null leaves the share alone to decide.</summary>
    /// <value>Default 500. 1 to 1,000,000,000.</value>
    [Range(1, 1_000_000_000)]
    public int? Images { get; init; } = 500;

    /// <summary>New images over the images of the snapshot; null leaves their number alone to decide.</summary>
    /// <value>Default 0.25. 0.0001 to 1000.</value>
    [Range(0.0001, 1000)]
    public double? Share { get; init; } = 0.25;

    /// <summary>Whether number and share must both be reached, or one of them.</summary>
    /// <value>Default all.</value>
    public AmountRule Require { get; init; } = AmountRule.All;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Enabled && Images is null && Share is null)
            yield return new ValidationResult("is null like share, so the trigger has nothing to wait for; give one of them, or set enabled to false.", [nameof(Images)]);
    }

    /// <summary>New images that are enough after a snapshot of so many; at least 1.</summary>
    internal long Needed(long snapshot)
    {
        long share = Share is { } part ? (long)Math.Ceiling(part * snapshot) : 0;
        long needed = (Images, Share) switch
        {
            ({ } images, null) => images,
            ({ } images, _) => Require == AmountRule.All ? Math.Max(images, share) : Math.Min(images, share),
            _ => share,
        };
        return Math.Max(1, needed);
    }
}
