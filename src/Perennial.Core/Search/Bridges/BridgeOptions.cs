namespace Perennial.Core.Search.Bridges;

/// <summary>How much goes into a bridge.</summary>
/// <param name="FitImages">Most images that it is fitted on.</param>
/// <param name="HeldOutImages">Most images that it is measured on.</param>
public sealed record BridgeOptions(int FitImages = 4000, int HeldOutImages = 1000)
{
    /// <summary>Of the images that both collections have, one in so many is held out where there are fewer than asked for.</summary>
    internal const int HeldOutShare = 5;

    /// <summary>With fewer pairs than these nothing is fitted.</summary>
    public const int LeastImages = 50;
}
