using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>An image's most probable labels, or why it has none.</summary>
public sealed record Prediction
{
    /// <summary>Position of the image in the request, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Most probable first.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<LabelScore>? Labels { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ItemError? Error { get; init; }
}
