using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>Which points a search may return.</summary>
/// <param name="Label">The exact label; null lets every label through.</param>
/// <param name="Metadata">Members that the metadata must have, each equal as JSON (1 equals 1.0, the order of members does not count); null asks for none.</param>
public sealed record SearchFilter(string? Label, IReadOnlyDictionary<string, JsonNode>? Metadata);
