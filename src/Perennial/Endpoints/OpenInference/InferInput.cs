using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.OpenInference;

/// <summary>A tensor that is given.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
public sealed record InferInput
{
    /// <summary>"image".</summary>
    public required string Name { get; init; }

    /// <summary>[N] of BYTES, [N, 3, S, S] of pixels, or [L] or [1, L] of UINT8: one encoded image of L bytes.</summary>
    public required IReadOnlyList<long> Shape { get; init; }

    /// <summary>BYTES (encoded images), UINT8 (pixels, or one encoded image), FP16 (in binary alone) or FP32 (pixels from 0 to 1).</summary>
    public required string Datatype { get; init; }

    /// <summary>"binary_data_size": bytes of this tensor behind the JSON.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>The elements; null where they follow in binary.</summary>
    public TensorValues? Data { get; init; }
}
