using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// The residual block of ResNet-18 and ResNet-34: two 3x3 convolutions, each followed by batch norm, added to the input.
/// Parameter names are torchvision's (<c>conv1</c>, <c>bn1</c>, <c>conv2</c>, <c>bn2</c>, <c>downsample.0</c>, <c>downsample.1</c>).
/// Source: He et al., Deep Residual Learning for Image Recognition, 2015, figure 5 left, arXiv:1512.03385.
/// </summary>
public sealed class BasicBlock : Module<Tensor, Tensor>
{
    internal BasicBlock(int inputChannels, int channels, int stride) : base(nameof(BasicBlock))
    {
        Conv1 = Conv2d(inputChannels, channels, 3, stride: stride, padding: 1, bias: false);
        Bn1 = BatchNorm2d(channels);
        Conv2 = Conv2d(channels, channels, 3, padding: 1, bias: false);
        Bn2 = BatchNorm2d(channels);
        register_module("conv1", Conv1);
        register_module("bn1", Bn1);
        register_module("conv2", Conv2);
        register_module("bn2", Bn2);

        if (stride == 1 && inputChannels == channels) return;
        DownsampleConv = Conv2d(inputChannels, channels, 1, stride: stride, bias: false);
        DownsampleBn = BatchNorm2d(channels);
        _downsample = Sequential(DownsampleConv, DownsampleBn);
        register_module("downsample", _downsample);
    }

    private readonly Sequential? _downsample;

    public Conv2d Conv1 { get; }
    public BatchNorm2d Bn1 { get; }
    public Conv2d Conv2 { get; }
    public BatchNorm2d Bn2 { get; }

    /// <summary>1x1 convolution of the shortcut where the shape changes; null elsewhere.</summary>
    public Conv2d? DownsampleConv { get; }

    /// <summary>Batch norm of the shortcut where the shape changes; null elsewhere.</summary>
    public BatchNorm2d? DownsampleBn { get; }

    // The children are registered by name in the constructor; TorchSharp would register the fields once more under their own names.
    protected override void RegisterComponents() { }

    /// <param name="input">[N, C_in, H, W]</param>
    /// <returns>[N, C, H / stride, W / stride]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = functional.relu(Bn1.call(Conv1.call(input)), inplace: true); // [N, C, H/s, W/s]
        x = Bn2.call(Conv2.call(x));                                         // [N, C, H/s, W/s]
        x = x.add_(_downsample is null ? input : _downsample.call(input));
        return functional.relu(x, inplace: true).MoveToOuterDisposeScope();
    }
}
