using NetVips;
using SkiaSharp;

namespace Perennial.Core.Images;

/// <summary>
/// From untrusted bytes to pixels (libvips, and Skia for plain JPEGs). JPEG, PNG, WebP, GIF and TIFF from memory; the first frame or page of several.
/// Bounds are checked on the header, before a pixel is decoded. Thread-safe; one image is decoded on one thread.
/// </summary>
public static class ImageDecoder
{
    // Beyond this ratio of the sides the square is cut out before it is resized: resizing the whole would exceed libvips' coordinates.
    internal const int ExtremeRatio = 64;
    // Sources up to so many pixels are held decoded in memory, larger ones are streamed.
    private const int AtOnce = 1 << 20;
    // Handed to the loader. The thumbnail's own fail_on does not reach it: a truncated JPEG would come out half grey.
    private const string FailOnError = "[fail-on=error]";
    private const int SmallestThumbnail = 8;
    private const int LargestThumbnail = 4096;
    private const int ThumbnailQuality = 85;

    static ImageDecoder() => Libvips.EnsureReady();

    /// <summary>Names what the pixels of a tile depend on besides the image: the version of libvips, and of the steps taken here.</summary>
    internal static string Version { get; } = $"tile 2, libvips {Libvips.Version}, skia {SkiaSharpVersion.Native}";

    /// <summary>Reads the header, checks the bounds, and then decodes every pixel once to see that the image is whole.</summary>
    /// <exception cref="InvalidImageException">Empty, unsupported, corrupt or too large.</exception>
    public static ImageInfo Inspect(ReadOnlyMemory<byte> bytes, ImageLimits limits)
    {
        using var image = EncodedImage.Open(bytes, limits);
        image.DecodeAll();
        return new ImageInfo(image.Width, image.Height, image.Format.Name, image.Format.MediaType);
    }

    /// <summary>
    /// Decodes into one square tile. EXIF orientation is applied; grey, CMYK, palette, 16-bit and embedded colour profiles become 8-bit
    /// sRGB; transparency is laid on white. An image that has the tile's size already keeps its very pixels.
    /// </summary>
    /// <param name="bytes">An encoded image.</param>
    /// <param name="preprocessing">Size of the tile and how the square is made.</param>
    /// <param name="limits">What the image may measure.</param>
    /// <param name="tile">Receives <c>[3, Size, Size]</c>, planar RGB, one byte a value.</param>
    /// <exception cref="InvalidImageException">Empty, unsupported, corrupt or too large.</exception>
    /// <exception cref="ArgumentException">The tile has another length than <see cref="Preprocessing.TileBytes"/>.</exception>
    public static void DecodeTile(ReadOnlyMemory<byte> bytes, Preprocessing preprocessing, ImageLimits limits, Span<byte> tile)
    {
        if (tile.Length != preprocessing.TileBytes)
        {
            throw new ArgumentException($"The tile has {tile.Length} bytes; {preprocessing.TileBytes} are needed.", nameof(tile));
        }

        if (PlainJpeg.TryDecode(bytes.Span, preprocessing, limits, tile)) return;
        using var image = EncodedImage.Open(bytes, limits);
        byte[] interleaved; // [S, S, 3]
        try
        {
            using var square = Srgb.From(Square(image, preprocessing));
            interleaved = (long)image.Width * image.Height <= AtOnce ? Pixels(square) : square.WriteToMemory<byte>();
        }
        catch (VipsException exception)
        {
            throw EncodedImage.Corrupt(image.Format, exception);
        }

        ToPlanar(interleaved, tile);
    }

    /// <summary>A small JPEG (sRGB, no metadata) whose longest side is <paramref name="size"/>; small images are enlarged.</summary>
    /// <param name="bytes">An encoded image.</param>
    /// <param name="size">Longest side in pixels, 8 to 4096.</param>
    /// <param name="limits">What the image may measure.</param>
    /// <exception cref="InvalidImageException">Empty, unsupported, corrupt or too large.</exception>
    public static byte[] Thumbnail(ReadOnlyMemory<byte> bytes, int size, ImageLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, SmallestThumbnail);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, LargestThumbnail);
        using var image = EncodedImage.Open(bytes, limits);
        try
        {
            var shrunk = Image.ThumbnailBuffer(
                image.Data, size, height: size, outputProfile: image.HasProfile ? "srgb" : null, optionString: FailOnError);
            using var thumbnail = Srgb.From(shrunk);
            return thumbnail.JpegsaveBuffer(q: ThumbnailQuality, keep: Enums.ForeignKeep.None);
        }
        catch (VipsException exception)
        {
            throw EncodedImage.Corrupt(image.Format, exception);
        }
    }

    private static Image Square(EncodedImage image, Preprocessing preprocessing)
    {
        var (size, shorter, longer) = (preprocessing.Size, Math.Min(image.Width, image.Height), Math.Max(image.Width, image.Height));
        if (shorter == size && longer == size) return Upright(image);
        if (preprocessing.Resize == ResizeMode.CentreCrop && longer > (long)shorter * ExtremeRatio)
        {
            using var centre = image.Pixels.Crop((image.Pixels.Width - shorter) / 2, (image.Pixels.Height - shorter) / 2, shorter, shorter);
            return centre.ThumbnailImage(size, height: size, size: Enums.Size.Force, failOn: Enums.FailOn.Error);
        }

        var squash = preprocessing.Resize == ResizeMode.Squash;
        return Image.ThumbnailBuffer(
            image.Data,
            size,
            height: size,
            size: squash ? Enums.Size.Force : null,
            crop: squash ? null : Enums.Interesting.Centre,
            outputProfile: image.HasProfile ? "srgb" : null,
            optionString: FailOnError);
    }

    private static Image Upright(EncodedImage image)
    {
        if (image.Orientation == 1) return image.Pixels.Copy();
        using var whole = image.Pixels.CopyMemory(); // turning reads the pixels out of their order
        return whole.Autorot();
    }

    // A region is computed on this thread, at once; writing to memory streams strips through a pool of threads that starts for each image.
    private static byte[] Pixels(Image image)
    {
        using var region = Region.New(image);
        return region.Fetch(0, 0, image.Width, image.Height);
    }

    // [S, S, 3] -> [3, S, S]
    private static void ToPlanar(ReadOnlySpan<byte> interleaved, Span<byte> planar)
    {
        var plane = planar.Length / 3;
        var red = planar[..plane];
        var green = planar.Slice(plane, plane);
        var blue = planar.Slice(2 * plane, plane);
        for (int pixel = 0, at = 0; pixel < plane; pixel++, at += 3)
        {
            red[pixel] = interleaved[at];
            green[pixel] = interleaved[at + 1];
            blue[pixel] = interleaved[at + 2];
        }
    }
}
