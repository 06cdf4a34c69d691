using System.Runtime.Intrinsics.X86;
using Perennial.Learning.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Methods;

/// <summary>The number format of the networks' arithmetic while training.</summary>
/// <param name="type">float32, or what autocast casts to: bfloat16 or float16.</param>
/// <param name="device">Where the training runs.</param>
public sealed class Precision(ScalarType type, DeviceType device)
{
    /// <summary>float32, bfloat16 or float16.</summary>
    public ScalarType Type => type;

    /// <summary>Whether gradients may underflow, so that the loss must be scaled.</summary>
    internal bool NeedsScaling => type == ScalarType.Float16;

    /// <summary>What a recipe's <c>amp</c> means on this machine: <c>auto</c> is bf16 where the hardware multiplies it.</summary>
    /// <param name="amp">auto, bf16, fp16 or off.</param>
    /// <param name="device">Where the training runs.</param>
    public static Precision Of(string amp, DeviceType device) => new(amp switch
    {
        "bf16" => ScalarType.BFloat16,
        "fp16" => ScalarType.Float16,
        "auto" when device != DeviceType.CPU || ProcessorMultipliesBFloat16 => ScalarType.BFloat16,
        _ => ScalarType.Float32,
    }, device);

    /// <summary>Starts it for the calling thread; dispose to end it. Null in float32.</summary>
    public IDisposable? Begin() => type == ScalarType.Float32 ? null : new Autocast(device, type);

    // AVX512_BF16 is bit 5 of EAX in CPUID leaf 7, subleaf 1. Without it libtorch converts value by value: tens of times slower than float32.
    private static bool ProcessorMultipliesBFloat16 =>
        Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
