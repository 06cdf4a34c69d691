namespace Perennial.Core.Images;

/// <summary>Bytes that are not an acceptable image. The message tells the sender what to change and holds nothing internal.</summary>
public sealed class InvalidImageException : Exception
{
    /// <summary>Not one byte was given.</summary>
    public const string Empty = "empty_image";

    /// <summary>Not an image, or an image of a format that is not read here.</summary>
    public const string Unsupported = "unsupported_image";

    /// <summary>An image that is damaged or cut short.</summary>
    public const string Corrupt = "corrupt_image";

    /// <summary>Too many bytes, too many pixels, or too long a side.</summary>
    public const string TooLarge = "image_too_large";

    internal InvalidImageException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The stable error code: one of the constants of this class.</summary>
    public string Code { get; }
}
