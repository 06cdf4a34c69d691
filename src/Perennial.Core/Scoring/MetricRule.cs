using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Scoring;

/// <summary>What one metric of a candidate must hold beside the serving generation's. Shares count as they are (0.01 is one point); rank and spread as shares of the old value.</summary>
public sealed record MetricRule
{
    /// <summary>Whether the metric is judged at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>By how much it may be worse. 0 to 10.</summary>
    [Range(0, 10.0)]
    public double AllowedDrop { get; init; }

    /// <summary>By how much it must be better; 0 asks for nothing. 0 to 10.</summary>
    [Range(0, 10.0)]
    public double RequiredGain { get; init; }
}
