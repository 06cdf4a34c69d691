using NetVips;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

/// <summary>The quick way for JPEGs beside libvips, which decodes and resizes with other code.</summary>
public sealed class PlainJpegTests
{
    private static readonly ImageLimits Limits = new();

    public PlainJpegTests() => ImageDecoder.DecodeTile(Pictures.Png(1), new Preprocessing(), Limits, new byte[3 * 32 * 32]); // libvips is set up

    [Theory]
    [InlineData(Enums.ForeignSubsample.On, false)]
    [InlineData(Enums.ForeignSubsample.Off, false)]
    [InlineData(Enums.ForeignSubsample.On, true)]
    public void A_jpeg_of_the_tile_size_has_the_pixels_that_libvips_decodes(Enums.ForeignSubsample subsample, bool progressive)
    {
        using Image picture = Scene(64, 64);
        byte[] jpeg = picture.JpegsaveBuffer(q: 92, subsampleMode: subsample, interlace: progressive);
        using Image decoded = Image.JpegloadBuffer(jpeg);
        Assert.Equal(Pictures.Planar(decoded.WriteToMemory<byte>()), Quick(jpeg, 64));
    }

    [Fact]
    public void Real_jpegs_of_the_tile_size_have_the_pixels_that_libvips_decodes()
    {
        foreach ((string name, byte[] jpeg) in CifarImages.Take(200))
        {
            using Image decoded = Image.JpegloadBuffer(jpeg);
            Assert.True(Pictures.Planar(decoded.WriteToMemory<byte>()).AsSpan().SequenceEqual(Quick(jpeg, 32)), name);
        }
    }

    [Theory]
    [InlineData(640, 480, ResizeMode.CentreCrop)]
    [InlineData(480, 640, ResizeMode.CentreCrop)]
    [InlineData(1001, 333, ResizeMode.CentreCrop)]
    [InlineData(3000, 2000, ResizeMode.CentreCrop)]
    [InlineData(640, 480, ResizeMode.Squash)]
    [InlineData(448, 448, ResizeMode.Squash)]
    public void A_larger_jpeg_becomes_the_tile_that_libvips_makes_of_its_pixels(int width, int height, ResizeMode resize)
    {
        using Image picture = Scene(width, height, grain: 0);
        byte[] jpeg = picture.JpegsaveBuffer(q: 95);
        using Image square = Image.ThumbnailBuffer(jpeg, 224, height: 224, size: resize == ResizeMode.Squash ? Enums.Size.Force : null, crop: resize == ResizeMode.Squash ? null : Enums.Interesting.Centre);
        byte[] expected = Pictures.Planar(square.WriteToMemory<byte>()), actual = Quick(jpeg, 224, resize);
        // libvips cuts at whole pixels, which may shift the picture by half of one.
        double difference = expected.Zip(actual, (a, b) => Math.Abs(a - b)).Average();
        Assert.True(difference < 2.5, $"a mean difference of {difference:F2} levels");
    }

    [Fact]
    public void Grey_is_taken_and_every_channel_is_the_same()
    {
        using Image grey = Scene(64, 64).Colourspace(Enums.Interpretation.Bw);
        byte[] tile = Quick(grey.JpegsaveBuffer(), 32);
        Assert.Equal(tile[..1024], tile[1024..2048]);
        Assert.Equal(tile[..1024], tile[2048..]);
    }

    [Fact]
    public void What_needs_more_than_decoding_is_left_to_libvips()
    {
        using Image picture = Scene(64, 64);
        Assert.False(TryQuick(picture.JpegsaveBuffer(profile: "srgb"), 32), "a colour profile");
        using Image cmyk = picture.Colourspace(Enums.Interpretation.Cmyk);
        Assert.False(TryQuick(cmyk.JpegsaveBuffer(), 32), "four colours");
        using Image turned = picture.Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        Assert.False(TryQuick(turned.JpegsaveBuffer(), 32), "a turn");
        byte[] plain = picture.JpegsaveBuffer();
        Assert.True(TryQuick(plain, 32));
        Assert.False(TryQuick(plain, 128), "enlarging");
        Assert.False(TryQuick(plain[..^200], 32), "a cut-off end");
        Assert.False(TryQuick(plain, 32, Limits with { MaxSide = 63 }), "too long a side");
        Assert.False(TryQuick(plain, 32, Limits with { MaxPixels = 4095 }), "too many pixels");
        Assert.False(TryQuick(plain, 32, Limits with { MaxBytes = plain.Length - 1 }), "too many bytes");
    }

    [Fact]
    public void Damaged_bytes_are_decoded_or_left_alone_and_never_fault()
    {
        using Image picture = Scene(80, 60);
        byte[] plain = picture.JpegsaveBuffer();
        Random random = new(5);
        for (int trial = 0; trial < 2000; trial++)
        {
            byte[] damaged = [.. plain];
            for (int change = random.Next(1, 6); change > 0; change--) damaged[random.Next(trial % 2 == 0 ? 700 : damaged.Length)] = (byte)random.Next(256);
            TryQuick(damaged[..random.Next(3, damaged.Length + 1)], 32);
        }
    }

    [Fact]
    public void A_reduction_keeps_a_flat_picture_flat_and_a_ramp_a_ramp()
    {
        byte[] pixels = new byte[4 * 120 * 90]; // red rises with x, green is flat, blue rises with y
        for (int y = 0; y < 90; y++)
        {
            for (int x = 0; x < 120; x++) (pixels[4 * (120 * y + x)], pixels[4 * (120 * y + x) + 1], pixels[4 * (120 * y + x) + 2]) = ((byte)(2 * x), 77, (byte)(2 * y));
        }
        byte[] tile = new byte[3 * 30 * 30];
        Lanczos.Reduce(pixels, 120, 90, 30, squash: false, tile);
        for (int y = 5; y < 25; y++)
        {
            for (int x = 5; x < 25; x++)
            {
                Assert.Equal(2 * (15 + 3 * (x + 0.5) - 0.5), tile[30 * y + x], 0.51); // the centre of the pixel in the picture
                Assert.Equal(77, tile[900 + 30 * y + x]);
                Assert.Equal(2 * (3 * (y + 0.5) - 0.5), tile[1800 + 30 * y + x], 0.51);
            }
        }
    }

    private static Image Scene(int width, int height, double grain = 8)
    {
        using Image noise = Image.Gaussnoise(width, height, mean: 0, sigma: grain, seed: 3);
        using Image waves = Image.Sines(width, height, hfreq: 5, vfreq: 3);
        using Image red = waves * 90 + 120 + noise, green = waves * -60 + 128 - noise, blue = noise + 140;
        using Image joined = red.Bandjoin(green, blue);
        return joined.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static bool TryQuick(byte[] jpeg, int size, ImageLimits? limits = null) => PlainJpeg.TryDecode(jpeg, new Preprocessing { Size = size }, limits ?? Limits, new byte[3 * size * size]);

    private static byte[] Quick(byte[] jpeg, int size, ResizeMode resize = ResizeMode.CentreCrop)
    {
        byte[] tile = new byte[3 * size * size];
        Assert.True(PlainJpeg.TryDecode(jpeg, new Preprocessing { Size = size, Resize = resize }, Limits, tile));
        return tile;
    }
}
