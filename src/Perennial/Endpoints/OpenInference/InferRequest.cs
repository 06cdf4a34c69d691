using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenInference;

/// <summary>An inference request of the Open Inference Protocol: the JSON part of it, where tensors follow in binary.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferRequest
{
    /// <summary>Comes back with the answer.</summary>
    public string? Id { get; init; }

    /// <summary>"binary_data_output": true asks for all outputs in binary.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>One: the images.</summary>
    public required IReadOnlyList<InferInput> Inputs { get; init; }

    /// <summary>The outputs that are wanted; null or none: all.</summary>
    public IReadOnlyList<InferOutput>? Outputs { get; init; }
}
