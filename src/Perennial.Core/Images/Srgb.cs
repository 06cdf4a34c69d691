using NetVips;

namespace Perennial.Core.Images;

/// <summary>Any colours to what a screen shows: three bands of 8-bit sRGB, transparency laid on white.</summary>
internal static class Srgb
{
    private static readonly double[] White = [255, 255, 255];

    /// <summary>Converts <paramref name="image"/> and disposes it; the result is the caller's.</summary>
    /// <exception cref="VipsException">The colours cannot be converted.</exception>
    public static Image From(Image image)
    {
        if (image.Contains("icc-profile-data")) image = WithoutProfile(image);
        if (image.Interpretation == Enums.Interpretation.Multiband)
        {
            var grey = image.Bands < 3;
            image = Next(image, image.Copy(interpretation: grey ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb));
        }

        if (image.Interpretation != Enums.Interpretation.Srgb) image = Next(image, image.Colourspace(Enums.Interpretation.Srgb));
        if (image.HasAlpha()) image = Next(image, image.Flatten(background: White));
        if (image.Bands > 3) image = Next(image, image.ExtractBand(0, n: 3));
        if (image.Format != Enums.BandFormat.Uchar) image = Next(image, image.Cast(Enums.BandFormat.Uchar));
        return image;
    }

    private static Image WithoutProfile(Image image)
    {
        try
        {
            return Next(image, image.IccTransform("srgb", embedded: true));
        }
        catch (VipsException)
        {
            return image; // a profile that does not fit its image says nothing: the colours are taken as they are
        }
    }

    private static Image Next(Image previous, Image next)
    {
        previous.Dispose();
        return next;
    }
}
