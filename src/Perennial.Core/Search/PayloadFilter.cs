using System.Text.Json;

namespace Perennial.Core.Search;

/// <summary>A <see cref="SearchFilter"/> made ready for a scan.</summary>
internal sealed class PayloadFilter
{
    private readonly string? _label;
    private readonly (string Name, JsonElement Value)[] _members;

    private PayloadFilter(string? label, (string, JsonElement)[] members) => (_label, _members) = (label, members);

    /// <summary>Null when the filter lets everything through.</summary>
    public static PayloadFilter? Of(SearchFilter? filter) =>
        filter is null || (filter.Label is null && filter.Metadata is not { Count: > 0 }) ? null
        : new PayloadFilter(filter.Label, [.. (filter.Metadata ?? new Dictionary<string, System.Text.Json.Nodes.JsonNode>()).Select(member => (member.Key, JsonElement.Parse(member.Value?.ToJsonString() ?? "null")))]);

    public bool LetsLabel(Payload payload) => _label is null || _label == payload.Label;

    public bool LetsMetadata(Payload payload)
    {
        foreach ((string name, JsonElement value) in _members)
        {
            if (payload.Metadata is not { } metadata || !metadata.TryGetProperty(name, out JsonElement actual) || !JsonElement.DeepEquals(actual, value))
                return false;
        }
        return true;
    }
}
