using System.ComponentModel.DataAnnotations;

namespace Perennial.Background;

/// <summary>Bridges for vectors of earlier generations: what is put into them, and how good one must be to be offered.</summary>
public sealed record BridgePolicy
{
    /// <summary>Whether bridges are fitted and used. False: a vector of another encoder is always refused.</summary>
    /// <value>Default true.</value>
    public bool Enabled { get; init; } = true;

    /// <summary>Smallest recall@10, beside the vectors of the serving encoder itself, with which a bridge is used; below it the vector is refused.</summary>
    /// <value>Default 0.6. 0 to 1.</value>
    [Range(0, 1.0)]
    public double LeastRecall { get; init; } = 0.6;

    /// <summary>Most images that a bridge is fitted on.</summary>
    /// <value>Default 4000. 40 to 50,000.</value>
    [Range(40, 50_000)]
    public int FitImages { get; init; } = 4000;

    /// <summary>Most images that it is measured on; they are not fitted on.</summary>
    /// <value>Default 1000. 10 to 10,000.</value>
    [Range(10, 10_000)]
    public int HeldOutImages { get; init; } = 1000;
}
