using System.Text.Json;
using System.Text.Json.Nodes;

namespace Perennial.Core.Search;

/// <summary>What a row carries beside its vector; immutable, so that searches read it while it is being replaced.</summary>
internal sealed record Payload(string? Label, JsonElement? Metadata)
{
    public static readonly Payload None = new(null, null);

    public static Payload Of(string? label, JsonObject? metadata) =>
        label is null && metadata is null ? None : new Payload(label, metadata is null ? null : JsonElement.Parse(metadata.ToJsonString()));

    /// <summary>A copy that its receiver may change.</summary>
    public JsonObject? CopyMetadata() => Metadata is { } element ? JsonObject.Create(element) : null;
}
