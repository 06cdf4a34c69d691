using Perennial.Learning.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

public sealed class ChannelsLastTests
{
    [Fact]
    public void The_order_survives_convolution_batch_norm_and_relu()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(ResNet.Describe("resnet18", 16, 32));
        ChannelsLast.Convert(network);
        using var autocast = new Autocast(DeviceType.CPU, ScalarType.BFloat16);
        int checkedBlocks = 0;
        foreach (var block in network.Stages.SelectMany(stage => stage))
            block.register_forward_hook((_, input, output) =>
            {
                Assert.True(ChannelsLast.IsOrderOf(input));
                Assert.True(ChannelsLast.IsOrderOf(output));
                checkedBlocks++;
                return output;
            });
        network.call(ChannelsLast.Of(rand(4, 3, 32, 32)));
        Assert.Equal(8, checkedBlocks);
    }

    [Fact]
    public void The_order_changes_no_value()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(ResNet.Describe("resnet10", 8, 32));
        network.eval();
        var images = rand(4, 3, 32, 32);
        var expected = network.call(images);
        ChannelsLast.Convert(network);
        Assert.Equal(0, ChannelsLast.Of(images).sub(images).abs().max().item<float>());
        Assert.True(network.call(ChannelsLast.Of(images)).allclose(expected, atol: 1e-5));
    }

    [Fact]
    public void A_converted_network_can_be_trained()
    {
        using var scope = NewDisposeScope();
        using var network = ResNet.Create(ResNet.Describe("resnet10", 8, 32));
        ChannelsLast.Convert(network);
        using var optimizer = optim.SGD(network.parameters(), 0.01);
        var images = ChannelsLast.Of(rand(4, 3, 32, 32));
        var before = network.Conv1.weight.clone();
        for (int step = 0; step < 2; step++)
        {
            optimizer.zero_grad();
            network.call(images).square().mean().backward();
            optimizer.step();
        }
        Assert.True(ChannelsLast.IsOrderOf(network.Conv1.weight));
        Assert.True(network.Conv1.weight.sub(before).abs().max().item<float>() > 0);
    }
}
