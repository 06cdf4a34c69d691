namespace Perennial.Endpoints;

/// <summary>An image's embedding [D], unit length, or why it has none.</summary>
internal sealed record EmbeddedImage(float[]? Vector, ItemError? Error);
