using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Perennial.Learning.Networks;

/// <summary>
/// The memory order NHWC behind the shape NCHW: what libtorch's convolutions run fastest on, with bf16 above all.
/// TorchSharp has no memory_format argument; libtorch recognises the order by the strides, and its operators hand it on.
/// </summary>
internal static class ChannelsLast
{
    private const int FewestChannels = 16;

    /// <summary>The same values [N, C, H, W] in channels-last order; a new tensor.</summary>
    public static Tensor Of(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>A convolution, in channels-last order where that is sound.</summary>
    public static Tensor Convolve(Conv2d conv, Tensor images)
    {
        if (IsSound(conv) || !IsOrderOf(images)) return conv.call(images);
        using var scope = NewDisposeScope();
        return Of(conv.call(images.contiguous())).MoveToOuterDisposeScope();
    }

    /// <summary>Puts every convolution's weight into channels-last order, where that is sound. To be done once, before an optimizer holds the weights.</summary>
    public static void Convert(nn.Module network)
    {
        foreach (var (_, module) in network.named_modules())
            if (module is Conv2d conv && IsSound(conv))
                using (no_grad())
                    conv.weight = nn.Parameter(Of(conv.weight).clone().DetachFromDisposeScope(), conv.weight.requires_grad); // a clone: views made here may not be trained
    }

    // oneDNN's weight gradient of a channels-last 1x1 convolution is wrong, and writes past its memory, for fewer input channels than a vector of the processor holds
    // numbers: 8 with AVX2, 16 with AVX-512.
    private static bool IsSound(Conv2d conv) => conv.in_channels >= FewestChannels || conv.kernel_size.Any(side => side > 1);

    /// <summary>Whether the strides of [N, C, H, W] are those of channels-last memory without gaps.</summary>
    public static bool IsOrderOf(Tensor images)
    {
        long c = images.shape[1], h = images.shape[2], w = images.shape[3];
        return images.stride() is [var n, 1, var row, var column] && column == c && row == w * c && n == h * w * c;
    }
}
