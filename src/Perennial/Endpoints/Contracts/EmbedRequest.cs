using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>Images to embed.</summary>
public sealed record EmbedRequest
{
    /// <summary>1 to 64 images.</summary>
    public required IReadOnlyList<InlineImage> Images { get; init; }

    /// <summary>Keep the first so many components and normalise anew; null keeps all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>How embeddings are written; null writes numbers.</summary>
    [JsonPropertyName("encoding_format")]
    public EncodingFormat? EncodingFormat { get; init; }
}
