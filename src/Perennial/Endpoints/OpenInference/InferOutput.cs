using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenInference;

/// <summary>A tensor that is wanted.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferOutput
{
    /// <summary>One of the model's outputs.</summary>
    public required string Name { get; init; }

    /// <summary>"binary_data": whether it comes in binary.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }
}
