using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>An image as the index knows it.</summary>
/// <param name="Id">The image's id, up to 1024 characters.</param>
/// <param name="Vector">Its embedding, unit length, [Dimensions].</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Metadata">What the application stored with it, or null.</param>
public sealed record VectorPoint(string Id, ReadOnlyMemory<float> Vector, string? Label, JsonObject? Metadata);
