using System.ComponentModel.DataAnnotations;

namespace Perennial.Background.Triggers;

/// <summary>What learning may cost before the server stops starting runs by itself.</summary>
public sealed record CostPolicy
{
    /// <summary>Minutes of learning in 24 hours, runs that a person started included; the next run counts with what the last one took. Null: no limit.</summary>
    /// <value>Default 240. 1 to 1440.</value>
    [Range(1, 1440)]
    public int? MinutesPerDay { get; init; } = 240;
}
