using NetVips;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

/// <summary>EXIF orientation against its definition (EXIF 2.3, tag 0x0112: where row 0 and column 0 of the stored picture lie).</summary>
public sealed class OrientationTests
{
    private const int Width = 8;
    private const int Height = 8;

    // From a pixel of the upright picture to the stored pixel that belongs there.
    private static (int X, int Y) Stored(int orientation, int x, int y) => orientation switch
    {
        1 => (x, y),
        2 => (Width - 1 - x, y),
        3 => (Width - 1 - x, Height - 1 - y),
        4 => (x, Height - 1 - y),
        5 => (y, x),
        6 => (y, Height - 1 - x),
        7 => (Width - 1 - y, Height - 1 - x),
        8 => (Width - 1 - y, x),
        _ => throw new ArgumentOutOfRangeException(nameof(orientation)),
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void The_tile_is_upright(int orientation)
    {
        var samples = Pictures.Noise(Width, Height);
        var upright = new byte[samples.Length];
        for (var at = 0; at < samples.Length; at++)
        {
            var (x, y) = Stored(orientation, at / 3 % Width, at / 3 / Width);
            upright[at] = samples[(((y * Width) + x) * 3) + (at % 3)];
        }

        Assert.Equal(Pictures.Planar(upright), Tiles.Of(Turned(samples, Width, Height, orientation), Width));
    }

    [Theory]
    [InlineData(1, 40, 20)]
    [InlineData(3, 40, 20)]
    [InlineData(6, 20, 40)]
    [InlineData(8, 20, 40)]
    public void Width_and_height_are_those_of_the_upright_picture(int orientation, int width, int height)
    {
        var info = ImageDecoder.Inspect(Turned(Pictures.Noise(40, 20), 40, 20, orientation), new ImageLimits());
        Assert.Equal((width, height), (info.Width, info.Height));
    }

    [Theory]
    [InlineData(96, 32)]
    [InlineData(2000, 8)] // cut before it is resized
    public void A_resized_tile_is_upright(int width, int height)
    {
        // The stored picture is red above and blue below; orientation 6 turns it clockwise: blue left, red right.
        var samples = new byte[width * height * 3];
        for (var at = 0; at < width * height; at++) samples[(at * 3) + (at / width < height / 2 ? 0 : 2)] = 255;
        var tile = Tiles.Of(Turned(samples, width, height, 6));
        Assert.Equal((0, 0, 255), Tiles.Pixel(tile, 4, 16));
        Assert.Equal((255, 0, 0), Tiles.Pixel(tile, 27, 16));
    }

    [Fact]
    public void The_exif_of_a_real_jpeg_is_read()
    {
        // APP1, "Exif", big-endian TIFF with one entry: 0x0112, SHORT, 1 value, 3 = upside down
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, (byte)'E', (byte)'x', (byte)'i', (byte)'f', 0, 0, (byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8,
            0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0,
        ];
        var jpeg = CifarImages.Take(1)[0].Bytes;
        byte[] turned = [.. jpeg[..2], .. exif, .. jpeg[2..]];
        var (upright, upsideDown) = (Tiles.Of(jpeg), Tiles.Of(turned));
        for (var plane = 0; plane < 3; plane++)
        {
            Assert.Equal(upright[(plane * 1024)..((plane + 1) * 1024)].Reverse(), upsideDown[(plane * 1024)..((plane + 1) * 1024)]);
        }
    }

    private static byte[] Turned(byte[] samples, int width, int height, int orientation)
    {
        using var picture = Pictures.Vips(samples, width, height);
        using var named = picture.Mutate(image => image.Set(GValue.GIntType, "orientation", orientation));
        return named.TiffsaveBuffer();
    }
}
