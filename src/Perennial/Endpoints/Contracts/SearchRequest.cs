namespace Perennial.Endpoints.Contracts;

/// <summary>A query by exactly one of <see cref="Image"/>, <see cref="Id"/> and <see cref="Vector"/>.</summary>
public sealed record SearchRequest
{
    /// <summary>Most hits of a search.</summary>
    public const int MostHits = 1000;

    /// <summary>Hits of a search that names no number.</summary>
    public const int UsualHits = 10;

    /// <summary>An image, which need not be in the corpus.</summary>
    public InlineImage? Image { get; init; }

    /// <summary>An image of the corpus; it is left out of its own hits.</summary>
    public string? Id { get; init; }

    /// <summary>An embedding as /embed answers it, whole; its length need not be 1.</summary>
    public IReadOnlyList<float>? Vector { get; init; }

    /// <summary>The generation that made <see cref="Vector"/>, and must be given with it.</summary>
    public int? Generation { get; init; }

    /// <summary>How many hits, 1 to 1000.</summary>
    public int K { get; init; } = UsualHits;

    /// <summary>Which images may be hits; null: all.</summary>
    public SearchFilterRequest? Filter { get; init; }
}
