using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>A neighbour of a query.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="Score">Cosine similarity, [-1, 1].</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Metadata">A copy that belongs to the caller, or null.</param>
public sealed record SearchHit(string Id, float Score, string? Label, JsonObject? Metadata);
