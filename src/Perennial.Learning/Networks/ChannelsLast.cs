using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Networks;

/// <summary>
/// The memory order NHWC behind the shape NCHW: what libtorch's convolutions run fastest on, with bf16 above all.
/// TorchSharp has no memory_format argument; libtorch recognises the order by the strides, and its operators hand it on.
/// </summary>
internal static class ChannelsLast
{
    /// <summary>The same values [N, C, H, W] in channels-last order; a new tensor.</summary>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Puts every convolution's weight into channels-last order. To be done once, before an optimizer holds the weights.</summary>
    public static void Convert(nn.Module network)
    {
        foreach (var (_, module) in network.named_modules())
            if (module is Conv2d conv)
                using (no_grad())
                    conv.weight = nn.Parameter(Of(conv.weight).clone().DetachFromDisposeScope(), conv.weight.requires_grad); // a clone: views made here may not be trained
    }

    /// <summary>Whether the strides of [N, C, H, W] are those of channels-last memory without gaps.</summary>
    public static bool IsOrderOf(Tensor images)
    {
        long c = images.shape[1], h = images.shape[2], w = images.shape[3];
        return images.stride() is [var n, 1, var row, var column] && column == c && row == w * c && n == h * w * c;
    }
}
