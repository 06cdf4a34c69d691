using System.Text;
using NetVips;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

/// <summary>Whatever colours an image has, a tile holds 8-bit sRGB; at the tile's own size and resized.</summary>
public sealed class ColourTests
{
    public static TheoryData<int> Sides => [32, 100];

    [Theory]
    [MemberData(nameof(Sides))]
    public void Grey_becomes_three_equal_channels(int side)
    {
        var tile = Tiles.Of(PngWriter.Write(side, side, Pictures.Flat(side, side, 77), PngWriter.Grey));
        Assert.Equal(Pictures.Planar(Pictures.Flat(32, 32, 77, 77, 77)), tile);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Sixteen_bits_keep_their_upper_eight(int side)
    {
        var tile = Tiles.Of(PngWriter.Write(side, side, Pictures.Flat(side, side, 200, 200, 100, 100, 7, 7), PngWriter.Rgb, depth: 16));
        Tiles.AssertClose((200, 100, 7), Tiles.Pixel(tile, 16, 16), side == 32 ? 0 : 1);
        var grey = Tiles.Of(PngWriter.Write(side, side, Pictures.Flat(side, side, 130, 130), PngWriter.Grey, depth: 16));
        Tiles.AssertClose((130, 130, 130), Tiles.Pixel(grey, 16, 16), side == 32 ? 0 : 1);
    }

    [Theory]
    [InlineData(0, 255, 255, 255)]
    [InlineData(255, 200, 100, 50)]
    [InlineData(51, 244, 224, 214)] // one fifth of the colour, four fifths of white
    public void Transparency_lies_on_white(byte alpha, int red, int green, int blue)
    {
        foreach (var side in Sides)
        {
            var tile = Tiles.Of(PngWriter.Write(side, side, Pictures.Flat(side, side, 200, 100, 50, alpha), PngWriter.Rgba));
            Tiles.AssertClose((red, green, blue), Tiles.Pixel(tile, 16, 16), 1);
        }
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Grey_with_transparency_lies_on_white(int side)
    {
        var tile = Tiles.Of(PngWriter.Write(side, side, Pictures.Flat(side, side, 100, 51), PngWriter.GreyAlpha));
        Tiles.AssertClose((224, 224, 224), Tiles.Pixel(tile, 16, 16), 1);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void Cmyk_becomes_rgb(int side)
    {
        byte[] Cmyk(params byte[] ink)
        {
            using var picture = Pictures.Vips(Pictures.Flat(side, side, ink), side, side, 4).Copy(interpretation: Enums.Interpretation.Cmyk);
            return picture.JpegsaveBuffer(q: 100);
        }

        Tiles.AssertClose((255, 255, 255), Tiles.Pixel(Tiles.Of(Cmyk(0, 0, 0, 0)), 16, 16), 3);
        var (red, green, blue) = Tiles.Pixel(Tiles.Of(Cmyk(0, 255, 255, 0)), 16, 16); // no cyan: red
        Assert.True(red > 180 && green < 90 && blue < 90, $"{red} {green} {blue}");
        var black = Tiles.Pixel(Tiles.Of(Cmyk(0, 0, 0, 255)), 16, 16);
        Assert.True(black.Red < 70 && black.Green < 70 && black.Blue < 70, $"{black}");
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_colour_profile_is_applied(int side)
    {
        using var srgb = Pictures.Vips(Pictures.Flat(side, side, 200, 50, 50), side, side).Copy(interpretation: Enums.Interpretation.Srgb);
        using var p3 = srgb.IccTransform("p3", inputProfile: "srgb");
        Assert.InRange(p3.Getpoint(0, 0)[0], 180, 190); // Display P3 writes this red with a smaller number
        Tiles.AssertClose((200, 50, 50), Tiles.Pixel(Tiles.Of(p3.PngsaveBuffer()), 16, 16), 2);
    }

    [Theory]
    [MemberData(nameof(Sides))]
    public void A_damaged_colour_profile_is_passed_over(int side)
    {
        using var profile = new MemoryStream();
        profile.Write([.. "broken"u8, 0, 0]);
        using (var zlib = new System.IO.Compression.ZLibStream(profile, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(Encoding.ASCII.GetBytes(new string('x', 400)));
        }

        var png = PngWriter.Write(side, side, Pictures.Flat(side, side, 10, 20, 30), PngWriter.Rgb, 8, ("iCCP", profile.ToArray()));
        Assert.Equal((10, 20, 30), Tiles.Pixel(Tiles.Of(png), 16, 16));
        _ = ImageDecoder.Thumbnail(png, 64, new ImageLimits());
    }

    [Fact]
    public void The_first_frame_of_an_animation_is_taken()
    {
        using var red = Pictures.Vips(Pictures.Flat(32, 32, 255, 0, 0), 32, 32).Copy(interpretation: Enums.Interpretation.Srgb);
        using var blue = Pictures.Vips(Pictures.Flat(32, 32, 0, 0, 255), 32, 32).Copy(interpretation: Enums.Interpretation.Srgb);
        using var both = red.Join(blue, Enums.Direction.Vertical);
        using var animation = both.Mutate(image => image.Set(GValue.GIntType, "page-height", 32));
        foreach (var bytes in new[] { animation.GifsaveBuffer(), animation.WebpsaveBuffer(lossless: true), animation.TiffsaveBuffer() })
        {
            var info = ImageDecoder.Inspect(bytes, new ImageLimits());
            Assert.Equal((32, 32), (info.Width, info.Height));
            Assert.Equal((255, 0, 0), Tiles.Pixel(Tiles.Of(bytes), 16, 16));
        }
    }
}
