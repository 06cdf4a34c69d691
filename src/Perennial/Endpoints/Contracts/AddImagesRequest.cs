namespace Perennial.Endpoints.Contracts;

/// <summary>Images for the corpus.</summary>
public sealed record AddImagesRequest
{
    /// <summary>1 to 64 images.</summary>
    public required IReadOnlyList<NewImage> Images { get; init; }
}
