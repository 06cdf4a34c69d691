using Perennial.Core.Generations;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class ResNetTests
{
    [Theory] // torchvision's counts without fc: resnet18 11,689,512 - 513,000; resnet34 21,797,672 - 513,000; resnet50 25,557,032 - 2,049,000
    [InlineData("resnet18", 11_176_512, 512)]
    [InlineData("resnet34", 21_284_672, 512)]
    [InlineData("resnet50", 23_508_032, 2048)]
    public void At_width_64_it_has_as_many_parameters_as_torchvisions(string name, long expected, int features)
    {
        using var network = ResNet.Create(ResNet.Describe(name, 64, 224));
        Assert.Equal(expected, network.parameters().Sum(p => p.numel()));
        Assert.Equal(features, network.Features);
    }

    [Fact]
    public void A_resnet50_has_torchvisions_names_and_shapes()
    {
        using var network = ResNet.Create(ResNet.Describe("resnet50", 64, 224));
        var state = network.state_dict();
        Assert.Equal([64, 64, 1, 1], state["layer1.0.conv1.weight"].shape);
        Assert.Equal([256, 64, 1, 1], state["layer1.0.downsample.0.weight"].shape);
        Assert.Equal([128, 256, 1, 1], state["layer2.0.conv1.weight"].shape);
        Assert.Equal([128, 128, 3, 3], state["layer2.0.conv2.weight"].shape);
        Assert.Equal([2048], state["layer4.2.bn3.running_mean"].shape);
        Assert.Equal((1L, 2L), (network.Stages[1][0].Layers[0].Conv.stride[0], network.Stages[1][0].Layers[1].Conv.stride[0])); // v1.5
        Assert.Equal(318, state.Count); // torchvision's 320 entries less fc.weight and fc.bias
    }

    [Fact]
    public void Its_parameters_have_torchvisions_names_and_shapes()
    {
        using var network = ResNet.Create(ResNet.Describe("resnet18", 64, 224));
        var state = network.state_dict();
        Assert.Equal([64, 3, 7, 7], state["conv1.weight"].shape);
        Assert.Equal([64], state["bn1.running_var"].shape);
        Assert.Equal([64, 64, 3, 3], state["layer1.1.conv2.weight"].shape);
        Assert.Equal([128, 64, 3, 3], state["layer2.0.conv1.weight"].shape);
        Assert.Equal([128, 64, 1, 1], state["layer2.0.downsample.0.weight"].shape);
        Assert.Equal([512], state["layer4.0.downsample.1.bias"].shape);
        Assert.Equal([], state["layer4.1.bn2.num_batches_tracked"].shape);
        Assert.Equal(120, state.Count); // torchvision's 122 entries less fc.weight and fc.bias
        Assert.DoesNotContain("layer1.0.downsample.0.weight", state.Keys);
    }

    [Theory]
    [InlineData(32, "small", 4)]
    [InlineData(64, "small", 8)]
    [InlineData(96, "imagenet", 3)]
    [InlineData(224, "imagenet", 7)]
    public void The_stem_follows_the_image_size(int size, string stem, int lastSide)
    {
        var description = ResNet.Describe("resnet10", 8, size);
        Assert.Equal(stem, description.Stem);
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(description);
        network.eval();
        long side = 0;
        network.Stages[3][0].register_forward_hook((_, _, output) => { side = output.shape[3]; return output; });
        Assert.Equal([2, 64], network.call(rand(2, 3, size, size)).shape);
        Assert.Equal(lastSide, side);
    }

    [Fact]
    public void Convolutions_start_with_the_spread_of_kaiming_fan_out_and_batch_norms_as_the_identity()
    {
        using var network = ResNet.Create(ResNet.Describe("resnet18", 64, 32));
        var weight = network.Stages[2][1].Layers[0].Conv.weight; // [256, 256, 3, 3]
        double expected = Math.Sqrt(2.0 / (256 * 9));
        Assert.InRange(weight.std().item<float>() / expected, 0.99, 1.01);
        Assert.InRange(weight.mean().item<float>() / expected, -0.01, 0.01);
        Assert.Equal(64, network.Bn1.weight.sum().item<float>());
        Assert.Equal(0, network.Bn1.bias!.abs().sum().item<float>());
    }

    [Fact]
    public void With_zero_init_residual_each_block_starts_as_its_shortcut()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(ResNet.Describe("resnet18", 8, 32), zeroInitResidual: true);
        network.eval();
        var input = rand(2, 8, 5, 5);
        Assert.Equal(0, network.Stages[0][1].call(input).sub(input).abs().max().item<float>());
    }

    [Theory]
    [InlineData("resnet49", 64, "small", "resnet49")]
    [InlineData("resnet18", 0, "small", "width 0")]
    [InlineData("resnet18", 64, "large", "large")]
    public void An_unknown_architecture_is_refused_by_name(string name, int width, string stem, string named)
    {
        var refusal = Assert.Throws<ArgumentException>(() => ResNet.Create(new BackboneDescription(name, width, stem)));
        Assert.Contains(named, refusal.Message);
    }
}
