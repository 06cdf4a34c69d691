using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>What a row carries beside its vector; immutable, so that searches read it while it is being replaced.</summary>
/// <param name="label">Its label.</param>
/// <param name="json">A JSON object in UTF-8, or nothing; read when a search asks for it.</param>
internal sealed class Payload(string? label, ReadOnlyMemory<byte> json)
{
    public static readonly Payload None = new(null, default);

    private JsonDocument? _metadata;

    public string? Label { get; } = label;

    /// <summary>UTF-8; empty without metadata.</summary>
    public ReadOnlyMemory<byte> Json { get; } = json;

    public JsonElement? Metadata => Json.IsEmpty ? null : (_metadata ??= JsonDocument.Parse(Json)).RootElement;

    public static Payload Of(string? label, JsonObject? metadata) =>
        label is null && metadata is null ? None : new Payload(label, metadata is null ? default : Encoding.UTF8.GetBytes(metadata.ToJsonString()));

    /// <summary>A copy that its receiver may change.</summary>
    public JsonObject? CopyMetadata() => Json.IsEmpty ? null : JsonNode.Parse(Json.Span)!.AsObject();
}
