using NetVips;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

public sealed class ImageDecoderTests
{
    private static readonly ImageLimits Limits = new();

    private static byte[] Tile(byte[] bytes, int size = 32, ResizeMode resize = ResizeMode.CentreCrop)
    {
        var preprocessing = new Preprocessing { Size = size, Resize = resize };
        var tile = new byte[preprocessing.TileBytes];
        ImageDecoder.DecodeTile(bytes, preprocessing, Limits, tile);
        return tile;
    }

    private static string CodeOf(byte[] bytes, ImageLimits? limits = null) =>
        Assert.Throws<InvalidImageException>(() => ImageDecoder.Inspect(bytes, limits ?? Limits)).Code;

    [Theory]
    [InlineData(ResizeMode.CentreCrop)]
    [InlineData(ResizeMode.Squash)]
    public void An_image_of_the_tile_size_keeps_its_very_pixels(ResizeMode resize)
    {
        var samples = Pictures.Noise(32, 32);
        Assert.Equal(Pictures.Planar(samples), Tile(PngWriter.Write(32, 32, samples), resize: resize));
    }

    [Fact]
    public void Inspect_names_size_and_format()
    {
        var info = ImageDecoder.Inspect(Pictures.Png(1, 40, 30), Limits);
        Assert.Equal(new ImageInfo(40, 30, "png", "image/png"), info);
    }

    [Fact]
    public void No_bytes_are_an_empty_image() => Assert.Equal("empty_image", CodeOf([]));

    [Fact]
    public void A_small_file_that_promises_a_giant_picture_is_refused()
    {
        Assert.Equal("image_too_large", CodeOf(PngWriter.Promise(20_000, 20_000)));
    }

    [Fact]
    public void A_truncated_jpeg_is_refused()
    {
        using var picture = Image.NewFromMemory(Pictures.Noise(64, 64), 64, 64, 3, Enums.BandFormat.Uchar);
        var jpeg = picture.JpegsaveBuffer();
        _ = ImageDecoder.Inspect(jpeg, Limits);
        Assert.Equal("corrupt_image", CodeOf(jpeg[..(jpeg.Length / 2)]));
    }

    [Fact]
    public void Html_is_not_an_image() => Assert.Equal("unsupported_image", CodeOf("<!doctype html><html></html>"u8.ToArray()));
}
