using System.Globalization;

namespace Perennial.Core.Corpus;

/// <summary>
/// The held-out split by content: 10 % of all images are <see cref="Split.Test"/>, decided by an image's bytes alone, so that an image stays
/// on its side for ever, in every run and on every machine.
/// </summary>
public static class Splits
{
    private const uint Parts = 10;

    /// <summary>
    /// Takes the first 32 bits of the SHA-256 of the image's bytes as a big-endian number v (the first eight hexadecimal digits of the id):
    /// <see cref="Split.Test"/> when v mod 10 = 0.
    /// </summary>
    /// <param name="imageId">SHA-256 as 64 lower-case hexadecimal digits.</param>
    /// <exception cref="ArgumentException">Not an image id.</exception>
    public static Split Of(string imageId)
    {
        if (!ImageId.IsValid(imageId)) throw new ArgumentException("An image id is a SHA-256 as 64 lower-case hexadecimal digits.", nameof(imageId));
        var value = uint.Parse(imageId.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return value % Parts == 0 ? Split.Test : Split.Train;
    }
}
