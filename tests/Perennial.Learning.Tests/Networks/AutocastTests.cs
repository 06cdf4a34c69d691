using Perennial.Learning.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class AutocastTests
{
    [Fact]
    public void Products_run_in_bfloat16_inside_and_in_float32_after()
    {
        using var scope = NewDisposeScope();
        var a = rand(4, 4);
        using (new Autocast(DeviceType.CPU, ScalarType.BFloat16))
        {
            using (new Autocast(DeviceType.CPU, ScalarType.BFloat16)) Assert.Equal(ScalarType.BFloat16, a.matmul(a).dtype);
            Assert.Equal(ScalarType.BFloat16, a.matmul(a).dtype);
        }
        Assert.Equal(ScalarType.Float32, a.matmul(a).dtype);
    }

    [Fact]
    public void Gradients_reach_the_float32_weights()
    {
        using var scope = NewDisposeScope();
        var weight = rand(4, 4, requires_grad: true);
        using (new Autocast(DeviceType.CPU, ScalarType.BFloat16)) rand(4, 4).matmul(weight).sum().backward();
        Assert.Equal(ScalarType.Float32, weight.grad!.dtype);
        Assert.True(weight.grad.abs().sum().item<float>() > 0);
    }
}
