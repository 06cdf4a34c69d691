using System.ComponentModel.DataAnnotations;

namespace Perennial.Access;

/// <summary>
/// How much one caller may ask for: <c>Perennial:RateLimit</c> for each key without a limit of its own and for all callers without a key together, <c>Perennial:Keys:N:RateLimit</c> for
/// one key. Refused with 429 <c>rate_limited</c> before the body is read. What is open to everybody (health, metrics, pages) is not counted.
/// </summary>
public sealed class RateLimitOptions
{
    /// <summary>Requests per minute, over time.</summary>
    /// <value>Default null: no limit. 1 to 10,000,000.</value>
    [Range(1, 10_000_000)]
    public int? RequestsPerMinute { get; set; }

    /// <summary>Images per minute, over time. A request's images are counted once they are known: a caller that went beyond is refused until it is even again.</summary>
    /// <value>Default null: no limit. 1 to 10,000,000.</value>
    [Range(1, 10_000_000)]
    public int? ImagesPerMinute { get; set; }

    /// <summary>How many seconds' worth a caller that was quiet before may use at once.</summary>
    /// <value>Default 60. 1 to 3600.</value>
    [Range(1, 3600)]
    public int BurstSeconds { get; set; } = 60;
}
