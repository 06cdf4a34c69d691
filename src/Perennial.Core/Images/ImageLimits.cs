using System.ComponentModel.DataAnnotations;

namespace Perennial.Core.Images;

/// <summary>What an image may measure. Everything is checked before a pixel is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>Most bytes of an encoded image, 1 KiB to 1 GiB. Default 32 MiB.</summary>
    [Range(1L << 10, 1L << 30)]
    public long MaxBytes { get; init; } = 32L << 20;

    /// <summary>Most pixels of a decoded image, 1 024 to 1 000 000 000. Default 64 000 000.</summary>
    [Range(1_024L, 1_000_000_000L)]
    public long MaxPixels { get; init; } = 64_000_000;

    /// <summary>Longest side of an image in pixels, 32 to 65 535. Default 32 768.</summary>
    [Range(32, 65_535)]
    public int MaxSide { get; init; } = 32_768;
}
