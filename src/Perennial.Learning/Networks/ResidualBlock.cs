using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// Some convolutions, each followed by batch norm, with ReLU between them, added to the input. Parameter names are torchvision's
/// (<c>conv1</c>, <c>bn1</c>, <c>conv2</c>, ..., <c>downsample.0</c>, <c>downsample.1</c>).
/// Source: He et al., Deep Residual Learning for Image Recognition, 2015, figure 5, arXiv:1512.03385.
/// </summary>
public sealed class ResidualBlock : Module<Tensor, Tensor>
{
    /// <summary>How many times as many channels come out of a bottleneck as its 3x3 convolution has.</summary>
    internal const int Expansion = 4;

    private ResidualBlock(int inputChannels, int stride, params Conv2d[] convolutions) : base(nameof(ResidualBlock))
    {
        Layers = [.. convolutions.Select(conv => (conv, BatchNorm2d(conv.out_channels)))];
        for (int i = 0; i < Layers.Count; i++)
        {
            register_module($"conv{i + 1}", Layers[i].Conv);
            register_module($"bn{i + 1}", Layers[i].Norm);
        }

        long channels = convolutions[^1].out_channels;
        if (stride == 1 && inputChannels == channels) return;
        Downsample = (Conv2d(inputChannels, channels, 1, stride: stride, bias: false), BatchNorm2d(channels));
        register_module("downsample", Sequential(Downsample.Value.Conv, Downsample.Value.Norm));
    }

    /// <summary>The convolutions with their batch norms, in order.</summary>
    public IReadOnlyList<(Conv2d Conv, BatchNorm2d Norm)> Layers { get; }

    /// <summary>1x1 convolution and batch norm of the shortcut where the shape changes; null elsewhere.</summary>
    public (Conv2d Conv, BatchNorm2d Norm)? Downsample { get; }

    /// <summary>Two 3x3 convolutions: the block of ResNet-18 and ResNet-34.</summary>
    internal static ResidualBlock Basic(int inputChannels, int channels, int stride) => new(inputChannels, stride,
        Conv2d(inputChannels, channels, 3, stride: stride, padding: 1, bias: false),
        Conv2d(channels, channels, 3, padding: 1, bias: false));

    /// <summary>1x1, 3x3 and 1x1 to four times the channels: the block of ResNet-50, with torchvision's stride in the 3x3 convolution.</summary>
    internal static ResidualBlock Bottleneck(int inputChannels, int channels, int stride) => new(inputChannels, stride,
        Conv2d(inputChannels, channels, 1, bias: false),
        Conv2d(channels, channels, 3, stride: stride, padding: 1, bias: false),
        Conv2d(channels, Expansion * channels, 1, bias: false));

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="input">[N, C_in, H, W]</param>
    /// <returns>[N, C, H / stride, W / stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor x = input;
        for (int i = 0; i < Layers.Count; i++)
        {
            x = Layers[i].Norm.call(ChannelsLast.Convolve(Layers[i].Conv, x));
            if (i < Layers.Count - 1) x = functional.relu(x, inplace: true);
        }
        x = x.add_(Downsample is var (conv, norm) ? norm.call(ChannelsLast.Convolve(conv, input)) : input);
        return functional.relu(x, inplace: true).MoveToOuterDisposeScope();
    }
}
