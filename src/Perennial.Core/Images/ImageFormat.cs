namespace Perennial.Core.Images;

/// <summary>The image formats that are read, told apart by their first bytes and never by a name or a header that somebody sent.</summary>
internal sealed record ImageFormat(string Name, string MediaType)
{
    public static readonly ImageFormat Jpeg = new("jpeg", "image/jpeg");
    public static readonly ImageFormat Png = new("png", "image/png");
    public static readonly ImageFormat Webp = new("webp", "image/webp");
    public static readonly ImageFormat Gif = new("gif", "image/gif");
    public static readonly ImageFormat Tiff = new("tiff", "image/tiff");

    private const string Accepted = "Send a JPEG, PNG, WebP, GIF or TIFF image.";

    /// <summary>Names the format of <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidImageException"><c>unsupported_image</c>.</exception>
    public static ImageFormat Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF])) return Jpeg;
        if (bytes.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A])) return Png;
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8)) return Webp;
        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8)) return Gif;
        if (IsTiff(bytes)) return Tiff;
        throw new InvalidImageException(InvalidImageException.Unsupported, $"{Describe(bytes)} {Accepted}");
    }

    // "II" or "MM", then 42 (TIFF) or 43 (BigTIFF) in that byte order.
    private static bool IsTiff(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith<byte>([0x49, 0x49, 42, 0]) || bytes.StartsWith<byte>([0x49, 0x49, 43, 0])
        || bytes.StartsWith<byte>([0x4D, 0x4D, 0, 42]) || bytes.StartsWith<byte>([0x4D, 0x4D, 0, 43]);

    private static string Describe(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 12 && bytes[4..].StartsWith("ftyp"u8)) return "HEIC, AVIF and video files are not read.";
        if (bytes.StartsWith("BM"u8)) return "BMP images are not read.";
        if (bytes.StartsWith("%PDF"u8)) return "PDF documents are not read.";
        var text = bytes[..Math.Min(bytes.Length, 64)].TrimStart<byte>([0x20, 0x09, 0x0D, 0x0A, 0xEF, 0xBB, 0xBF]);
        if (text.StartsWith("<"u8)) return "This is HTML, SVG or XML, not an image of pixels.";
        if (text.StartsWith("{"u8) || text.StartsWith("["u8)) return "This is JSON, not an image.";
        return text.ContainsAnyExceptInRange((byte)0x09, (byte)0x7E) ? "This is not an image of a known format." : "This is text, not an image.";
    }
}
