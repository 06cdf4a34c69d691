using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>An image's embedding, or why it has none.</summary>
public sealed record EmbeddingItem
{
    /// <summary>Position of the image in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Unit length.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EmbeddingValues? Embedding { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ItemError? Error { get; init; }
}
