using System.Text.Json.Nodes;

namespace Perennial.Endpoints.Contracts;

/// <summary>What an image must have to be a hit; all of it.</summary>
public sealed record SearchFilterRequest
{
    /// <summary>Exactly this label.</summary>
    public string? Label { get; init; }

    /// <summary>Metadata with these members, each equal as JSON.</summary>
    public JsonObject? Metadata { get; init; }
}
