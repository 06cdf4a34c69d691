using static TorchSharp.torch;

namespace Perennial.Learning.Views;

/// <summary>
/// Crop, flip, resize and blur are linear in each direction, so each is a pair of matrices per image: out = V · image · Hᵀ.
/// Two batched products do it for all images at once, each with its own matrices, on any device.
/// </summary>
internal static class Resampling
{
    /// <summary>Applies V and H: [N, 3, S, S] with vertical and horizontal [N, R, S] gives [N, 3, R, R].</summary>
    public static Tensor Apply(Tensor images, Tensor vertical, Tensor horizontal)
    {
        using var scope = NewDisposeScope();
        long n = images.shape[0], s = images.shape[2], r = vertical.shape[1];
        var wide = bmm(images.reshape(n, 3 * s, s), horizontal.transpose(1, 2)).reshape(n, 3, s, r); // [N, 3, S, R]
        var rows = wide.permute(0, 2, 1, 3).reshape(n, s, 3 * r);                                   // [N, S, 3R]
        return bmm(vertical, rows).reshape(n, r, 3, r).permute(0, 2, 1, 3).contiguous().MoveToOuterDisposeScope(); // [N, 3, R, R]
    }

    /// <summary>
    /// Bilinear resizing of a stretch of pixels, antialiased where it shrinks, as torchvision does it.
    /// </summary>
    /// <param name="start">[N], first pixel of each image's stretch.</param>
    /// <param name="length">[N], its length in pixels.</param>
    /// <param name="reverse">[N], 1 where the stretch is mirrored, else 0.</param>
    /// <param name="source">Pixels in a row of the image.</param>
    /// <param name="target">Pixels in a row of the view.</param>
    /// <returns>[N, target, source], rows sum to 1.</returns>
    public static Tensor Stretch(Tensor start, Tensor length, Tensor reverse, int source, int target)
    {
        using var scope = NewDisposeScope();
        var first = start.reshape(-1, 1, 1);                                                  // [N, 1, 1]
        var scale = length.reshape(-1, 1, 1) / target;                                        // input pixels an output pixel
        var sign = 1 - 2 * reverse.reshape(-1, 1, 1);                                         // −1 where mirrored
        var index = arange(target, float32, start.device).reshape(1, -1, 1) + 0.5f - 0.5f * target; // from the middle
        var centre = first + scale * (0.5f * target + sign * index);                          // [N, target, 1], in input pixels
        var pixel = arange(source, float32, start.device).reshape(1, 1, -1) + 0.5f;           // [1, 1, source]
        var weight = 1 - (centre - pixel).abs_().div_(scale.clamp(min: 1));                   // a tent, [N, target, source]
        var inside = pixel.gt(first).logical_and(pixel.lt(first + length.reshape(-1, 1, 1))); // [N, 1, source]
        weight = weight.clamp_(min: 0).mul_(inside);
        return weight.div_(weight.sum(-1, keepdim: true)).MoveToOuterDisposeScope();
    }

    /// <summary>Gaussian blur with mirrored borders, the kernel cut at three standard deviations.</summary>
    /// <param name="sigma">[N], standard deviation in pixels, above 0.</param>
    /// <param name="size">Pixels in a row.</param>
    /// <returns>[N, size, size], rows sum to 1.</returns>
    public static Tensor Blur(Tensor sigma, int size)
    {
        using var scope = NewDisposeScope();
        var s = sigma.reshape(-1, 1, 1);                            // [N, 1, 1]
        var i = arange(size, float32, sigma.device).reshape(1, -1, 1);
        var j = arange(size, float32, sigma.device).reshape(1, 1, -1);
        Tensor Gauss(Tensor distance) => where(distance.abs() <= (3 * s).clamp(min: 1), exp(-0.5f * (distance / s).square()), zeros(1, device: sigma.device));
        // Pixel j is also its mirror image −j beyond the first pixel and 2(size − 1) − j beyond the last one.
        var weight = Gauss(i - j) + Gauss(i + j) * j.gt(0) + Gauss(i + j - 2 * (size - 1)) * j.lt(size - 1); // [N, size, size]
        return (weight / weight.sum(-1, keepdim: true)).MoveToOuterDisposeScope();
    }
}
