using System.Runtime.InteropServices;
using NetVips;

namespace Perennial.Core.Images;

/// <summary>
/// An image whose header was read and found within the limits, and whose pixels were not decoded yet.
/// Pixels stream from top to bottom, once.
/// </summary>
internal sealed class EncodedImage : IDisposable
{
    // EXIF orientations 5 to 8 turn the image by a quarter, so that width and height change places.
    private const int FirstQuarterTurn = 5;

    // 16-bit RGBA. Deeper images (TIFF knows 128-bit complex numbers in any count of bands) are counted as more pixels.
    private const int BytesOfAPixel = 8;
    private const int MostBands = 5; // CMYK and alpha
    private const int StripBytes = 256 << 10;

    // What a decoder holds whole costs memory; a few kilobytes of a flat picture could take half a gigabyte.
    private const int MostExpansion = 256;
    private const int AlwaysHeld = 16 << 20;

    private EncodedImage(byte[] data, ImageFormat format, Image pixels)
    {
        Data = data;
        Format = format;
        Pixels = pixels;
        Orientation = pixels.Contains("orientation") ? Convert.ToInt32(pixels.Get("orientation")) : 1;
        HasProfile = pixels.Contains("icc-profile-data");
    }

    public byte[] Data { get; }

    public ImageFormat Format { get; }

    public Image Pixels { get; }

    /// <summary>EXIF orientation, 1 (upright) to 8.</summary>
    public int Orientation { get; }

    public bool HasProfile { get; }

    public int Width => Orientation >= FirstQuarterTurn ? Pixels.Height : Pixels.Width;

    public int Height => Orientation >= FirstQuarterTurn ? Pixels.Width : Pixels.Height;

    /// <summary>Reads the header and checks every bound.</summary>
    /// <exception cref="InvalidImageException">Empty, unsupported, corrupt or too large.</exception>
    public static EncodedImage Open(ReadOnlyMemory<byte> bytes, ImageLimits limits)
    {
        if (bytes.IsEmpty) throw new InvalidImageException(InvalidImageException.Empty, "The image has no bytes. Send the content of an image file.");
        if (bytes.Length > limits.MaxBytes)
        {
            throw new InvalidImageException(
                InvalidImageException.TooLarge, $"The image has {bytes.Length} bytes; at most {limits.MaxBytes} are accepted. Compress it or make it smaller.");
        }

        var format = ImageFormat.Of(bytes.Span);
        var data = MemoryMarshal.TryGetArray(bytes, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
        var pixels = Read(data, format);
        try
        {
            CheckBounds(pixels, format, limits);
            CheckExpansion(pixels, format, data.Length);
            return new EncodedImage(data, format, pixels);
        }
        catch
        {
            pixels.Dispose();
            throw;
        }
    }

    /// <summary>Decodes every pixel, a strip at a time, and keeps none.</summary>
    /// <exception cref="InvalidImageException"><c>corrupt_image</c>.</exception>
    public void DecodeAll()
    {
        try
        {
            using var region = Region.New(Pixels);
            var strip = (int)Math.Max(StripBytes / ((long)Pixels.Width * PixelBytes(Pixels)), 16);
            for (var top = 0; top < Pixels.Height; top += strip)
            {
                region.Fetch(0, top, Pixels.Width, Math.Min(strip, Pixels.Height - top));
            }
        }
        catch (VipsException exception)
        {
            throw Corrupt(Format, exception);
        }
    }

    public static InvalidImageException Corrupt(ImageFormat format, Exception inner) => new(
        InvalidImageException.Corrupt, $"The {format.Name} image is damaged or cut short and cannot be decoded. Send the whole file.", inner);

    public void Dispose() => Pixels.Dispose();

    private static Image Read(byte[] data, ImageFormat format)
    {
        const Enums.Access Access = Enums.Access.Sequential;
        const Enums.FailOn FailOn = Enums.FailOn.Error; // truncation included
        try
        {
            return format.Name switch
            {
                "jpeg" => Image.JpegloadBuffer(data, access: Access, failOn: FailOn),
                "png" => Image.PngloadBuffer(data, access: Access, failOn: FailOn),
                "webp" => Image.WebploadBuffer(data, access: Access, failOn: FailOn), // first frame
                "gif" => Image.GifloadBuffer(data, access: Access, failOn: FailOn), // first frame
                "tiff" => Image.TiffloadBuffer(data, access: Access, failOn: FailOn), // first page
                _ => throw new NotSupportedException(format.Name),
            };
        }
        catch (VipsException exception)
        {
            throw Corrupt(format, exception);
        }
    }

    private static void CheckBounds(Image pixels, ImageFormat format, ImageLimits limits)
    {
        var count = (long)pixels.Width * pixels.Height;
        if (pixels.Width > limits.MaxSide || pixels.Height > limits.MaxSide)
        {
            throw TooLarge($"The image is {pixels.Width} x {pixels.Height} pixels; a side may have at most {limits.MaxSide}.");
        }

        if (count > limits.MaxPixels || count * PixelBytes(pixels) > limits.MaxPixels * BytesOfAPixel)
        {
            throw TooLarge($"The image is {pixels.Width} x {pixels.Height} pixels of {PixelBytes(pixels)} bytes; at most {limits.MaxPixels} pixels of {BytesOfAPixel} bytes are accepted.");
        }

        if (pixels.Bands > MostBands)
        {
            throw new InvalidImageException(
                InvalidImageException.Unsupported, $"The {format.Name} image has {pixels.Bands} channels. Send a grey, RGB or CMYK image, with or without alpha.");
        }
    }

    // Baseline JPEG and plain PNG stream; everything else is unpacked as a whole before its first row comes (a TIFF may be one strip).
    private static void CheckExpansion(Image pixels, ImageFormat format, int bytes)
    {
        if ((format == ImageFormat.Jpeg || format == ImageFormat.Png) && !IsInterlaced(pixels)) return;
        var unpacked = (long)pixels.Width * pixels.Height * PixelBytes(pixels);
        if (!Expands(unpacked, bytes)) return;
        throw new InvalidImageException(
            InvalidImageException.TooLarge,
            $"The {format.Name} image unpacks from {bytes} to {unpacked} bytes, all at once; at most {MostExpansion} times its size is accepted. Make it smaller, or send it as a JPEG or PNG that is not interlaced.");
    }

    /// <summary>Whether an image that is unpacked all at once takes more memory than its bytes justify.</summary>
    internal static bool Expands(long unpacked, int bytes) => unpacked > AlwaysHeld && unpacked > (long)bytes * MostExpansion;

    private static bool IsInterlaced(Image pixels) => pixels.Contains("interlaced") && Convert.ToInt32(pixels.Get("interlaced")) != 0;

    private static InvalidImageException TooLarge(string message) => new(InvalidImageException.TooLarge, $"{message} Make it smaller.");

    private static int PixelBytes(Image image) => image.Bands * image.Format switch
    {
        Enums.BandFormat.Uchar or Enums.BandFormat.Char => 1,
        Enums.BandFormat.Ushort or Enums.BandFormat.Short => 2,
        Enums.BandFormat.Uint or Enums.BandFormat.Int or Enums.BandFormat.Float => 4,
        Enums.BandFormat.Double or Enums.BandFormat.Complex => 8,
        _ => 16,
    };
}
