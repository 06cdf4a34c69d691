using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

/// <summary>Tiles as the tests look at them.</summary>
internal static class Tiles
{
    public static byte[] Of(byte[] bytes, int size = 32, ResizeMode resize = ResizeMode.CentreCrop)
    {
        var preprocessing = new Preprocessing { Size = size, Resize = resize };
        var tile = new byte[preprocessing.TileBytes];
        ImageDecoder.DecodeTile(bytes, preprocessing, new ImageLimits(), tile);
        return tile;
    }

    public static (int Red, int Green, int Blue) Pixel(byte[] tile, int x, int y)
    {
        var plane = tile.Length / 3;
        var at = (y * (int)Math.Sqrt(plane)) + x;
        return (tile[at], tile[plane + at], tile[(2 * plane) + at]);
    }

    public static void AssertClose((int Red, int Green, int Blue) expected, (int Red, int Green, int Blue) actual, int tolerance)
    {
        Assert.InRange(actual.Red, expected.Red - tolerance, expected.Red + tolerance);
        Assert.InRange(actual.Green, expected.Green - tolerance, expected.Green + tolerance);
        Assert.InRange(actual.Blue, expected.Blue - tolerance, expected.Blue + tolerance);
    }
}
