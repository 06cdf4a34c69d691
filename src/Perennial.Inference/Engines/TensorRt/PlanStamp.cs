using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>What a plan was built from, for and with; it lies beside the plan and binds it by its digest.</summary>
/// <param name="Encoder">Digest of the encoder: the identity of the embedding space.</param>
/// <param name="Onnx">SHA-256 of the ONNX file.</param>
/// <param name="Gpu">Name of the GPU.</param>
/// <param name="ComputeCapability">E.g. "8.9".</param>
/// <param name="TensorRt">Version, e.g. "10.13.3".</param>
/// <param name="MaxBatch">Largest batch.</param>
/// <param name="BestBatch">Batch that the kernels were chosen for.</param>
/// <param name="WorkspaceMegabytes">Limit on a kernel's own memory.</param>
/// <param name="Plan">SHA-256 of the plan; empty before there is one.</param>
internal sealed record PlanStamp(
    string Encoder, string Onnx, string Gpu, string ComputeCapability, string TensorRt, int MaxBatch, int BestBatch, int WorkspaceMegabytes, string Plan)
{
    /// <summary>File name without an ending; different for whatever makes a plan useless elsewhere.</summary>
    public string FileName()
    {
        string gpu = string.Concat(Gpu.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
        byte[] rest = SHA256.HashData(Bytes(this with { Plan = "" }));
        return $"{Encoder[..Math.Min(16, Encoder.Length)]}-{gpu}-sm{ComputeCapability}-trt{TensorRt}-b{MaxBatch}-{Convert.ToHexStringLower(rest.AsSpan(0, 4))}";
    }

    public static string Digest(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Bytes(PlanStamp stamp) => JsonSerializer.SerializeToUtf8Bytes(stamp, PlanStampJson.Default.PlanStamp);

    /// <summary>Null for bytes that are no stamp.</summary>
    public static PlanStamp? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, PlanStampJson.Default.PlanStamp);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PlanStamp))]
internal sealed partial class PlanStampJson : JsonSerializerContext;
