using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Core.Search;

/// <summary>First frame of every journal: which space the vectors belong to.</summary>
internal sealed record CollectionHeader(string Digest, int Dimensions)
{
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, HeaderJson.Default.CollectionHeader);

    /// <exception cref="CorruptCollectionException">Not a header.</exception>
    public static CollectionHeader Decode(ReadOnlySpan<byte> frame)
    {
        try
        {
            CollectionHeader? header = JsonSerializer.Deserialize(frame, HeaderJson.Default.CollectionHeader);
            return header is { Dimensions: > 0 } ? header : throw new CorruptCollectionException("The journal's header names no dimensions.");
        }
        catch (JsonException exception)
        {
            throw new CorruptCollectionException($"The journal's header cannot be read: {exception.Message}", exception);
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CollectionHeader))]
internal sealed partial class HeaderJson : JsonSerializerContext;
