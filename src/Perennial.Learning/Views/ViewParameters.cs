using System.ComponentModel.DataAnnotations;

namespace Perennial.Learning.Views;

/// <summary>
/// How a random view is made of an image; applied in the order of the properties, each image with draws of its own, with torchvision's definitions.
/// The defaults are SimCLR's for CIFAR-10: strength 0.5, no blur (Chen et al., 2020, appendix B.9, arXiv:2002.05709).
/// </summary>
public sealed record ViewParameters
{
    /// <summary>Side of the view in pixels; 0, the default, is the image's own.</summary>
    [Range(0, 512)] public int Size { get; init; }

    /// <summary>Smallest crop, as a share of the image's area. 0.001 to 1; default 0.08.</summary>
    [Range(0.001, 1)] public double CropScaleMin { get; init; } = 0.08;

    /// <summary>Largest crop, as a share of the image's area. 0.001 to 1; default 1.</summary>
    [Range(0.001, 1)] public double CropScaleMax { get; init; } = 1;

    /// <summary>Narrowest crop, width / height. 0.1 to 1; default 3/4.</summary>
    [Range(0.1, 1)] public double CropRatioMin { get; init; } = 3.0 / 4;

    /// <summary>Widest crop, width / height. 1 to 10; default 4/3.</summary>
    [Range(1, 10.0)] public double CropRatioMax { get; init; } = 4.0 / 3;

    /// <summary>Share of views mirrored left to right. Default 0.5.</summary>
    [Range(0, 1.0)] public double FlipProbability { get; init; } = 0.5;

    /// <summary>Share of views whose colours are jittered, the four changes below in random order. Default 0.8.</summary>
    [Range(0, 1.0)] public double JitterProbability { get; init; } = 0.8;

    /// <summary>Brightness is multiplied by 1 ± this. 0 to 1; default 0.4.</summary>
    [Range(0, 1.0)] public double Brightness { get; init; } = 0.4;

    /// <summary>Distance from the mean grey is multiplied by 1 ± this. 0 to 1; default 0.4.</summary>
    [Range(0, 1.0)] public double Contrast { get; init; } = 0.4;

    /// <summary>Distance from each pixel's grey is multiplied by 1 ± this. 0 to 1; default 0.4.</summary>
    [Range(0, 1.0)] public double Saturation { get; init; } = 0.4;

    /// <summary>Hue is turned by ± this share of the colour circle. 0 to 0.5; default 0.1.</summary>
    [Range(0, 0.5)] public double Hue { get; init; } = 0.1;

    /// <summary>Share of views without colour. Default 0.2.</summary>
    [Range(0, 1.0)] public double GrayscaleProbability { get; init; } = 0.2;

    /// <summary>Share of views blurred. Default 0; 0.5 is usual at 224 pixels.</summary>
    [Range(0, 1.0)] public double BlurProbability { get; init; }

    /// <summary>Smallest standard deviation of the blur, in pixels. Default 0.1.</summary>
    [Range(0.01, 100)] public double BlurSigmaMin { get; init; } = 0.1;

    /// <summary>Largest standard deviation of the blur, in pixels. Default 2.</summary>
    [Range(0.01, 100)] public double BlurSigmaMax { get; init; } = 2;

    /// <summary>Share of views whose values above one half are inverted. Default 0.</summary>
    [Range(0, 1.0)] public double SolarizeProbability { get; init; }

    /// <summary>What is wrong between two values, in a sentence; null when nothing is.</summary>
    internal string? Contradiction() =>
        CropScaleMin > CropScaleMax ? $"crop_scale_min {CropScaleMin} is above crop_scale_max {CropScaleMax}"
        : BlurSigmaMin > BlurSigmaMax ? $"blur_sigma_min {BlurSigmaMin} is above blur_sigma_max {BlurSigmaMax}"
        : null;
}
