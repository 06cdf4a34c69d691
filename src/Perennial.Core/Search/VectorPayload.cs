using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>A new label and new metadata for a stored point; both replace what was there.</summary>
public sealed record VectorPayload(string Id, string? Label, JsonObject? Metadata);
