namespace Perennial.Endpoints.Contracts;

/// <summary>Images to classify.</summary>
public sealed record ClassifyRequest
{
    /// <summary>1 to 64 images.</summary>
    public required IReadOnlyList<InlineImage> Images { get; init; }
}
