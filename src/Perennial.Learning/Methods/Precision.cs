using System.Runtime.Intrinsics.X86;
using Perennial.Learning.Networks;
using TorchSharp;

namespace Perennial.Learning.Methods;

/// <summary>The number format of the networks' arithmetic while training.</summary>
/// <param name="bfloat16">bf16 by autocast, or float32.</param>
/// <param name="device">Where the training runs.</param>
public sealed class Precision(bool bfloat16, DeviceType device)
{
    /// <summary>bf16 or float32.</summary>
    public bool BFloat16 => bfloat16;

    /// <summary>What a recipe's <c>amp</c> means on this machine: <c>auto</c> is bf16 where the hardware multiplies it.</summary>
    /// <param name="amp">auto, bf16 or off.</param>
    /// <param name="device">Where the training runs.</param>
    public static Precision Of(string amp, DeviceType device) =>
        new(amp == "bf16" || (amp == "auto" && (device != DeviceType.CPU || ProcessorMultipliesBFloat16)), device);

    /// <summary>Starts it for the calling thread; dispose to end it. Null in float32.</summary>
    public IDisposable? Begin() => bfloat16 ? Autocast.BFloat16(device) : null;

    // AVX512_BF16 is bit 5 of EAX in CPUID leaf 7, subleaf 1. Without it libtorch converts value by value: tens of times slower than float32.
    private static bool ProcessorMultipliesBFloat16 =>
        Avx512F.IsSupported && X86Base.CpuId(7, 0).Eax >= 1 && (X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0;
}
