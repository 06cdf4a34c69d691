using System.Text.Json.Serialization;
using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.OpenAi;

/// <summary>Images to embed, in the shape of OpenAI's embeddings call. Members that are not listed are passed over, as clients of that API expect.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record OpenAiEmbeddingsRequest
{
    /// <summary>One data: URI with base64, or several in an array.</summary>
    public required IReadOnlyList<ImageData> Input { get; init; }

    /// <summary>"encoder", or the digest of an embedding space: then the call is refused once another one serves.</summary>
    public string? Model { get; init; }

    /// <summary>Keep the first so many components and normalise anew; null keeps all.</summary>
    public int? Dimensions { get; init; }

    /// <summary>How embeddings are written; null writes numbers.</summary>
    [JsonPropertyName("encoding_format")]
    public EncodingFormat? EncodingFormat { get; init; }
}
