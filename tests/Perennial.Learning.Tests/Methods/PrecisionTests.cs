using Perennial.Learning.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Methods;

public sealed class PrecisionTests
{
    [Theory]
    [InlineData("bf16", ScalarType.BFloat16)]
    [InlineData("off", ScalarType.Float32)]
    public void The_recipe_decides_in_which_format_products_run(string amp, ScalarType expected)
    {
        using var scope = NewDisposeScope();
        using (Precision.Of(amp, DeviceType.CPU).Begin()) Assert.Equal(expected, rand(4, 4).matmul(rand(4, 4)).dtype);
    }

    [Fact] // the kernel reads the same bit of CPUID
    public void Auto_is_bf16_where_the_processor_multiplies_it()
    {
        Assert.SkipUnless(File.Exists("/proc/cpuinfo"), "There is no /proc/cpuinfo to compare with.");
        bool flagged = File.ReadAllText("/proc/cpuinfo").Contains("avx512_bf16", StringComparison.Ordinal);
        Assert.Equal(flagged, Precision.Of("auto", DeviceType.CPU).Type == ScalarType.BFloat16);
    }
}
