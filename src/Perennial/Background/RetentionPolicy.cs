using System.ComponentModel.DataAnnotations;

namespace Perennial.Background;

/// <summary>What is kept of the generation that served before.</summary>
public sealed record RetentionPolicy
{
    /// <summary>How long its engine and its vectors stay ready after a promotion, so that a rollback is one exchange. Afterwards they are let go; its folder stays.</summary>
    /// <value>Default one day, "1.00:00:00". From zero (until the promotion is done) to 365 days.</value>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan KeepPreviousFor { get; init; } = TimeSpan.FromDays(1);
}
