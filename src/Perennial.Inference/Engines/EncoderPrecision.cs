using System.Runtime.Intrinsics.X86;
using Perennial.Core.Generations;

namespace Perennial.Inference.Engines;

/// <summary>The variants of an encoder, and which of them suits a device.</summary>
public static class EncoderPrecision
{
    /// <summary>On a GPU fp16, on a processor with VNNI int8, each where the generation has it; else fp32.</summary>
    public const string Auto = "auto";

    public const string Fp32 = "fp32";

    public const string Fp16 = "fp16";

    public const string Int8 = "int8";

    /// <summary>Whether this processor multiplies int8 with VNNI instructions; without them int8 is hardly faster than fp32.</summary>
    public static bool HasVnni { get; } = DetectVnni();

    /// <summary>Name of the variant's file in a generation folder.</summary>
    public static string File(string precision) => precision == Fp32 ? GenerationFiles.Encoder : $"encoder.{precision}.onnx";

    // CPUID leaf 7: AVX512_VNNI is bit 11 of ECX in subleaf 0, AVX_VNNI bit 4 of EAX in subleaf 1.
    private static bool DetectVnni() =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((Avx512F.IsSupported && (X86Base.CpuId(7, 0).Ecx & (1 << 11)) != 0) || (Avx2.IsSupported && (X86Base.CpuId(7, 1).Eax & (1 << 4)) != 0));
}
