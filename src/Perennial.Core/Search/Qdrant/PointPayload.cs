using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Perennial.Core.Search.Qdrant;

/// <summary>What a point carries beside its vector.</summary>
internal sealed record PointPayload
{
    /// <summary>The whole id, of which the point's UUID is a part.</summary>
    public string? Id { get; init; }

    public string? Label { get; init; }

    /// <summary>As JSON, for whoever else reads this Qdrant.</summary>
    public JsonElement? Metadata { get; init; }

    /// <summary>The metadata as text, in place of <see cref="Metadata"/>, where it has numbers that Qdrant would round or refuse.</summary>
    [JsonPropertyName("metadata_text")]
    public string? MetadataText { get; init; }

    /// <summary>
    /// One token for each member of the metadata. A filter asks for tokens, because a match on a payload field of Qdrant is another question than ours:
    /// it knows neither fractions nor objects, and says yes to an array that contains the value.
    /// </summary>
    public string[]? Facets { get; init; }

    public static PointPayload Of(string id, string? label, JsonObject? metadata)
    {
        if (metadata is null) return new PointPayload { Id = id, Label = label };
        JsonElement element = JsonElement.Parse(metadata.ToJsonString());
        bool portable = CanonicalJson.IsPortable(element);
        return new PointPayload
        {
            Id = id,
            Label = label,
            Metadata = portable ? element : null,
            MetadataText = portable ? null : element.GetRawText(),
            Facets = [.. element.EnumerateObject().Select(member => Facet(member.Name, member.Value)).Distinct(StringComparer.Ordinal)],
        };
    }

    /// <summary>128 bits of the SHA-256 of name and canonical value.</summary>
    public static string Facet(string name, JsonElement value) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes($"{name.Length}:{name}={CanonicalJson.Of(value)}")).AsSpan(0, 16));

    /// <exception cref="JsonException">Not an object.</exception>
    public JsonObject? ReadMetadata() => MetadataText is { } text ? JsonNode.Parse(text) as JsonObject ?? throw new JsonException("metadata_text is not an object.")
        : Metadata is { ValueKind: not JsonValueKind.Null } element ? JsonObject.Create(element) ?? throw new JsonException("metadata is not an object.")
        : null;
}
