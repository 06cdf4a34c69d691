using static TorchSharp.torch;

namespace Perennial.Learning.Views;

/// <summary>Changes of colour as torchvision defines them, for many images at once, each with its own amount. Values stay in [0, 1].</summary>
internal static class Colours
{
    /// <summary>Applies one change to [N, 3, H, W], image i by amount i of [N, 1, 1, 1]; a new tensor.</summary>
    public static Tensor Change(ColourChangeKind kind, Tensor images, Tensor amount) => kind switch
    {
        ColourChangeKind.Brightness => images.mul(amount).clamp_(0, 1),
        ColourChangeKind.Contrast => Away(images, Grey(images).mean([1, 2, 3], keepdim: true), amount), // from [N, 1, 1, 1]
        ColourChangeKind.Saturation => Away(images, Grey(images), amount),                               // from [N, 1, H, W]
        _ => TurnHue(images, amount),
    };

    /// <summary>Brightness as the eye weighs it (ITU-R BT.601): [N, 3, H, W] to [N, 1, H, W].</summary>
    public static Tensor Grey(Tensor images)
    {
        using var scope = NewDisposeScope();
        return images.narrow(1, 0, 1).mul(0.2989f)
            .add_(images.narrow(1, 1, 1), alpha: 0.587f)
            .add_(images.narrow(1, 2, 1), alpha: 0.114f).MoveToOuterDisposeScope();
    }

    /// <summary>Inverts the values that are one half or more.</summary>
    public static Tensor Solarize(Tensor images) => where(images.ge(0.5f), 1 - images, images);

    private static Tensor Away(Tensor images, Tensor grey, Tensor factor)
    {
        using var scope = NewDisposeScope();
        return images.sub(grey).mul_(factor).add_(grey).clamp_(0, 1).MoveToOuterDisposeScope();
    }

    // RGB to HSV, the hue turned, and back. With the hue h in sixths of the circle, chroma c and value v, a channel is
    // v − c·clamp(min(k, 4 − k), 0, 1), where k = (n + h) mod 6 and n = 5, 3, 1 for R, G, B.
    private static Tensor TurnHue(Tensor images, Tensor turn)
    {
        using var scope = NewDisposeScope();
        var (r, g, b) = (images.narrow(1, 0, 1), images.narrow(1, 1, 1), images.narrow(1, 2, 1)); // [N, 1, H, W] each
        var value = images.amax([1], keepdim: true);
        var chroma = value - images.amin([1], keepdim: true);
        var divisor = where(chroma.eq(0), ones_like(chroma), chroma); // grey has no hue; any will do
        var hue = where(value.eq(r), g.sub(b).div_(divisor),
            where(value.eq(g), b.sub(r).div_(divisor).add_(2), r.sub(g).div_(divisor).add_(4))).add_(turn * 6); // [N, 1, H, W], sixths
        var offsets = tensor([5f, 3f, 1f], device: images.device).reshape(1, 3, 1, 1);
        var k = hue.add(offsets).remainder_(6);                                 // [N, 3, H, W]
        var share = minimum(k, 4 - k).clamp_(0, 1);
        return share.mul_(chroma).neg_().add_(value).MoveToOuterDisposeScope();
    }
}
