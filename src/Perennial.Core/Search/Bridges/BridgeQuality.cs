namespace Perennial.Core.Search.Bridges;

/// <summary>What a bridge is worth, on images that it was not fitted on.</summary>
public sealed record BridgeQuality
{
    /// <summary>
    /// Of the ten nearest images that the other encoder's own query finds in its own collection, the share that the bridged query finds there too; mean over the
    /// held-out images, none of which may find itself. [0, 1].
    /// </summary>
    public required double RecallAt10 { get; init; }

    /// <summary>Share of the held-out images whose one nearest image, by the other encoder's own query, is among the ten that the bridged query finds. [0, 1].</summary>
    public required double NearestAmongTen { get; init; }

    /// <summary>Held-out images that asked.</summary>
    public required int Images { get; init; }

    /// <summary>Images whose pairs of vectors the map was fitted on.</summary>
    public required int FitImages { get; init; }

    /// <summary>Images in the collection that was searched: among more it is harder to find the same ten.</summary>
    public required long Among { get; init; }

    /// <summary>recall@10 of each method that was tried, by its name.</summary>
    public required IReadOnlyDictionary<string, double> Tried { get; init; }

    /// <summary>When it was measured.</summary>
    public required DateTimeOffset At { get; init; }
}
