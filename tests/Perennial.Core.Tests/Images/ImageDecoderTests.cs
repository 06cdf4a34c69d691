using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

public sealed class ImageDecoderTests
{
    private static readonly ImageLimits Limits = new();

    [Theory]
    [InlineData(ResizeMode.CentreCrop)]
    [InlineData(ResizeMode.Squash)]
    public void An_image_of_the_tile_size_keeps_its_very_pixels(ResizeMode resize)
    {
        var samples = Pictures.Noise(32, 32);
        Assert.Equal(Pictures.Planar(samples), Tiles.Of(PngWriter.Write(32, 32, samples), resize: resize));
    }

    [Fact]
    public void A_lossless_webp_or_tiff_of_the_tile_size_keeps_its_very_pixels()
    {
        var samples = Pictures.Noise(32, 32);
        using var picture = Pictures.Vips(samples, 32, 32);
        Assert.Equal(Pictures.Planar(samples), Tiles.Of(picture.WebpsaveBuffer(lossless: true)));
        Assert.Equal(Pictures.Planar(samples), Tiles.Of(picture.TiffsaveBuffer()));
    }

    [Fact]
    public void The_centre_is_cut_out_or_the_whole_is_squashed()
    {
        // 96 x 32: a red, a green and a blue square side by side
        byte[][] colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
        var samples = Enumerable.Range(0, 32).SelectMany(_ => Enumerable.Range(0, 96).SelectMany(x => colours[x / 32])).ToArray();
        var png = PngWriter.Write(96, 32, samples);
        Assert.Equal(Pictures.Planar(Pictures.Flat(32, 32, 0, 255, 0)), Tiles.Of(png));
        var squashed = Tiles.Of(png, resize: ResizeMode.Squash);
        Assert.Equal((255, 0, 0), Tiles.Pixel(squashed, 4, 16));
        Assert.Equal((0, 255, 0), Tiles.Pixel(squashed, 16, 16));
        Assert.Equal((0, 0, 255), Tiles.Pixel(squashed, 27, 16));
    }

    [Theory]
    [InlineData(640, 480)]
    [InlineData(480, 640)]
    [InlineData(2000, 1500)] // decoded in strips
    [InlineData(20, 11)] // enlarged
    [InlineData(1, 1)]
    [InlineData(4000, 3)] // cut before it is resized
    [InlineData(3, 4000)]
    [InlineData(32_768, 1)]
    public void Any_shape_becomes_a_tile(int width, int height)
    {
        var png = PngWriter.Write(width, height, Pictures.Flat(width, height, 10, 200, 90));
        foreach (var size in new[] { 32, 224 })
        {
            var expected = Pictures.Planar(Pictures.Flat(size, size, 10, 200, 90));
            Assert.Equal(expected, Tiles.Of(png, size));
            Assert.Equal(expected, Tiles.Of(png, size, ResizeMode.Squash));
        }
    }

    [Fact]
    public void A_shrunk_tile_is_the_mean_of_what_it_covers()
    {
        // A smooth picture: every sound resampler gives nearly the mean of each 8 x 8 block.
        static byte Sample(int x, int y, int band) => (byte)(128 + (100 * Math.Sin((x + (2 * y) + (40 * band)) / 60.0)));
        var samples = new byte[256 * 256 * 3];
        for (var at = 0; at < samples.Length; at++) samples[at] = Sample(at / 3 % 256, at / 3 / 256, at % 3);
        var tile = Tiles.Of(PngWriter.Write(256, 256, samples));
        for (var at = 0; at < tile.Length; at++)
        {
            var (band, row, column) = (at / 1024, at / 32 % 32, at % 32);
            var mean = Enumerable.Range(0, 64).Average(step => (double)Sample((column * 8) + (step % 8), (row * 8) + (step / 8), band));
            Assert.InRange(tile[at], mean - 4, mean + 4);
        }
    }

    [Fact]
    public void A_tile_of_another_length_is_a_programming_error()
    {
        Assert.Throws<ArgumentException>(() => ImageDecoder.DecodeTile(Pictures.Png(1), new Preprocessing { Size = 8 }, Limits, new byte[191]));
    }

    [Fact]
    public void Bytes_inside_a_larger_buffer_are_read_within_their_borders()
    {
        var png = PngWriter.Write(32, 32, Pictures.Noise(32, 32));
        byte[] buffer = [1, 2, 3, .. png, 4, 5, 6];
        var tile = new byte[3072];
        ImageDecoder.DecodeTile(buffer.AsMemory(3, png.Length), new Preprocessing(), Limits, tile);
        Assert.Equal(Pictures.Planar(Pictures.Noise(32, 32)), tile);
    }

    [Theory]
    [InlineData(640, 480, 128, 96)]
    [InlineData(480, 640, 96, 128)]
    [InlineData(32, 32, 128, 128)]
    [InlineData(5000, 2, 128, 1)]
    public void The_longest_side_of_a_thumbnail_is_what_was_asked_for(int width, int height, int thumbnailWidth, int thumbnailHeight)
    {
        var thumbnail = ImageDecoder.Thumbnail(PngWriter.Write(width, height, Pictures.Flat(width, height, 1, 2, 3)), 128, Limits);
        Assert.Equal(new ImageInfo(thumbnailWidth, thumbnailHeight, "jpeg", "image/jpeg"), ImageDecoder.Inspect(thumbnail, Limits));
    }

    [Fact]
    public void Real_jpegs_are_whole_and_thirty_two_pixels_wide()
    {
        foreach (var (name, bytes) in CifarImages.Take(50))
        {
            Assert.Equal((name, new ImageInfo(32, 32, "jpeg", "image/jpeg")), (name, ImageDecoder.Inspect(bytes, Limits)));
        }
    }
}
