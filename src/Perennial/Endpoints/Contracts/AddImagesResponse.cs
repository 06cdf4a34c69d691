namespace Perennial.Endpoints.Contracts;

/// <summary>What became of each image; those without an error are durable.</summary>
public sealed record AddImagesResponse(IReadOnlyList<AddedImage> Images);
