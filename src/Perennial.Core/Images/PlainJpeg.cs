using System.Buffers;
using System.Runtime.CompilerServices;
using SkiaSharp;

namespace Perennial.Core.Images;

/// <summary>
/// The quick way for the JPEGs that cameras and cutters make: decoded at the smallest of libjpeg's scales (1/8 to 8/8) that is no smaller than the tile, by Skia,
/// which takes a tenth of libvips' time for a small picture and a third of it for a large one. Everything else, and everything damaged, is left to libvips.
/// </summary>
internal static class PlainJpeg
{
    private const int Scales = 8; // libjpeg decodes at 1/8, 2/8, ... of the size
    private const int Bands = 3;
    private const int StoredBands = 4;

    /// <summary>Decodes into <c>[3, Size, Size]</c>; false, and nothing is promised about the tile, when this image is not for here.</summary>
    public static unsafe bool TryDecode(ReadOnlySpan<byte> bytes, Preprocessing preprocessing, ImageLimits limits, Span<byte> tile)
    {
        if (bytes.Length > limits.MaxBytes || JpegHeader.Read(bytes) is not { IsPlain: true } header || !Fits(header, bytes.Length, limits)) return false;
        fixed (byte* start = bytes)
        {
            using SKData data = SKData.Create((nint)start, bytes.Length);
            using SKCodec? codec = SKCodec.Create(data);
            if (codec is not { EncodedOrigin: SKEncodedOrigin.TopLeft } || codec.Info.Width != header.Width || codec.Info.Height != header.Height) return false;
            if (Scaled(codec, preprocessing) is not { } size) return false;
            SKImageInfo info = new(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Opaque); // no colour space: the values as they are stored
            byte[] pixels = ArrayPool<byte>.Shared.Rent(info.BytesSize); // [h, w, 4]
            try
            {
                fixed (byte* target = pixels)
                {
                    if (codec.GetPixels(info, (nint)target) != SKCodecResult.Success) return false;
                }
                if (size.Width == preprocessing.Size && size.Height == preprocessing.Size) ToPlanar(pixels, tile);
                else Lanczos.Reduce(pixels, size.Width, size.Height, preprocessing.Size, preprocessing.Resize == ResizeMode.Squash, tile);
                return true;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(pixels);
            }
        }
    }

    private static bool Fits(JpegHeader header, int bytes, ImageLimits limits) =>
        header is { Width: > 0, Height: > 0 } && header.Width <= limits.MaxSide && header.Height <= limits.MaxSide && (long)header.Width * header.Height <= limits.MaxPixels
        && !(header.IsProgressive && EncodedImage.Expands((long)Bands * header.Width * header.Height, bytes));

    // Null where the picture would have to be enlarged, or is so long that libvips cuts the square out first.
    private static SKSizeI? Scaled(SKCodec codec, Preprocessing preprocessing)
    {
        (int shorter, int longer) = (Math.Min(codec.Info.Width, codec.Info.Height), Math.Max(codec.Info.Width, codec.Info.Height));
        if (shorter < preprocessing.Size || longer > (long)shorter * ImageDecoder.ExtremeRatio) return null;
        for (int scale = Math.Max(1, (int)((long)Scales * preprocessing.Size / shorter)); scale <= Scales; scale++)
        {
            SKSizeI size = codec.GetScaledDimensions((float)scale / Scales);
            if (Math.Min(size.Width, size.Height) >= preprocessing.Size) return size;
        }
        return null;
    }

    // [S, S, 4] -> [3, S, S]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ToPlanar(ReadOnlySpan<byte> stored, Span<byte> planar)
    {
        int plane = planar.Length / Bands;
        Span<byte> red = planar[..plane], green = planar.Slice(plane, plane), blue = planar.Slice(2 * plane, plane);
        for (int pixel = 0, at = 0; pixel < plane; pixel++, at += StoredBands)
        {
            red[pixel] = stored[at];
            green[pixel] = stored[at + 1];
            blue[pixel] = stored[at + 2];
        }
    }
}
