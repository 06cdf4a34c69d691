using System.Buffers.Binary;
using CsCheck;
using NetVips;
using Perennial.Core.Images;

namespace Perennial.Core.Tests.Images;

/// <summary>Bytes that somebody sends: each is an image or a clear refusal, never anything else.</summary>
public sealed class HostileImageTests
{
    private static readonly ImageLimits Limits = new();

    public static TheoryData<string> Formats => ["jpeg", "png", "webp", "gif", "tiff"];

    private static byte[] Encode(string format, int side = 64)
    {
        using var picture = Pictures.Vips(Pictures.Noise(side, side), side, side).Copy(interpretation: Enums.Interpretation.Srgb);
        return format switch
        {
            "jpeg" => picture.JpegsaveBuffer(),
            "png" => picture.PngsaveBuffer(),
            "webp" => picture.WebpsaveBuffer(),
            "gif" => picture.GifsaveBuffer(),
            "tiff" => picture.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate),
            _ => throw new ArgumentException(format),
        };
    }

    private static string CodeOf(byte[] bytes, ImageLimits? limits = null)
    {
        var inspected = Assert.Throws<InvalidImageException>(() => ImageDecoder.Inspect(bytes, limits ?? Limits));
        Assert.NotEmpty(inspected.Message);
        return inspected.Code;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_whole_image_passes(string format) =>
        Assert.Equal(new ImageInfo(64, 64, format, "image/" + format), ImageDecoder.Inspect(Encode(format), Limits));

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_truncated_image_is_refused(string format)
    {
        var whole = Encode(format);
        for (var percent = 5; percent <= 95; percent += 10)
        {
            var cut = whole[..(whole.Length * percent / 100)];
            Assert.Equal("corrupt_image", CodeOf(cut));
            Assert.Throws<InvalidImageException>(() => Tiles.Of(cut));
            Assert.Throws<InvalidImageException>(() => ImageDecoder.Thumbnail(cut, 64, Limits));
        }
    }

    [Fact]
    public void A_truncated_real_jpeg_is_refused()
    {
        foreach (var (_, bytes) in CifarImages.Take(20)) Assert.Equal("corrupt_image", CodeOf(bytes[..(bytes.Length * 3 / 4)]));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Only_the_first_bytes_are_not_enough(string format)
    {
        var whole = Encode(format);
        for (var length = 1; length <= 40; length++) Assert.Contains(CodeOf(whole[..length]), new[] { "corrupt_image", "unsupported_image" });
    }

    // Whatever is changed in an image, it is decoded or refused; what passes inspection can be decoded; the process lives on.
    [Theory]
    [MemberData(nameof(Formats))]
    public void Changed_bytes_are_decoded_or_refused(string format)
    {
        var whole = Encode(format, 24);
        var change = Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte);
        Gen.Select(change.Array[1, 8], Gen.Int[0, 4 * whole.Length]).Sample(
            (changes, length) =>
            {
                var bytes = whole[..Math.Min(length, whole.Length)];
                foreach (var (at, value) in changes.Where(one => one.Item1 < bytes.Length)) bytes[at] = value;
                var whatPasses = Passes(() => ImageDecoder.Inspect(bytes, Limits));
                var whatDecodes = Passes(() => Tiles.Of(bytes, 16)) && Passes(() => Tiles.Of(bytes, 24)) && Passes(() => ImageDecoder.Thumbnail(bytes, 48, Limits));
                return whatDecodes || !whatPasses;
            },
            iter: 150, threads: 1, print: changed => string.Join(' ', changed.Item1) + $" length {changed.Item2}");
    }

    private static bool Passes(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (InvalidImageException)
        {
            return false;
        }
    }

    [Fact]
    public void Random_bytes_after_a_true_signature_are_refused()
    {
        byte[][] signatures =
        [
            [0xFF, 0xD8, 0xFF, 0xE0], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [.. "GIF89a"u8], [.. "RIFF\x10\0\0\0WEBPVP8 "u8],
            [0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 43],
        ];
        Gen.Select(Gen.Int[0, signatures.Length - 1], Gen.Byte.Array[0, 300]).Sample(
            (signature, noise) => _ = CodeOf([.. signatures[signature], .. noise]), iter: 300, threads: 1);
    }

    [Theory]
    [InlineData("<!doctype html><html><body>502 Bad Gateway</body></html>")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>")]
    [InlineData("{\"image\":\"...\"}")]
    [InlineData("/etc/passwd")]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("BM  bitmap")]
    [InlineData("%PDF-1.7")]
    [InlineData("P6 2 2 255 ............")]
    [InlineData("x")]
    public void What_is_not_an_image_of_a_known_format_is_unsupported(string text) =>
        Assert.Equal("unsupported_image", CodeOf(System.Text.Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Avif_is_unsupported_although_the_library_could_read_it()
    {
        using var picture = Pictures.Vips(Pictures.Noise(64, 64), 64, 64);
        Assert.Equal("unsupported_image", CodeOf(picture.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1)));
    }

    [Fact]
    public void Nothing_is_loaded_from_a_file_name()
    {
        _ = ImageDecoder.Inspect(Pictures.Png(1), Limits);
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.png"), Pictures.Png(1));
        Assert.Throws<VipsException>(() => Image.NewFromFile(folder.File("a.png")));
        Assert.Throws<VipsException>(() => Image.NewFromBuffer("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\"/>"u8));
    }

    [Fact]
    public void No_bytes_are_an_empty_image() => Assert.Equal("empty_image", CodeOf([]));

    [Fact]
    public void Bytes_are_bounded_exactly()
    {
        var png = PngWriter.Write(32, 32, Pictures.Noise(32, 32)); // more than the least limit
        _ = ImageDecoder.Inspect(png, Limits with { MaxBytes = png.Length });
        Assert.Equal("image_too_large", CodeOf(png, Limits with { MaxBytes = png.Length - 1 }));
    }

    [Fact]
    public void Sides_and_pixels_are_bounded_exactly()
    {
        var png = Pictures.Png(1, 40, 50);
        _ = ImageDecoder.Inspect(png, Limits with { MaxSide = 50, MaxPixels = 2000 });
        Assert.Equal("image_too_large", CodeOf(png, Limits with { MaxSide = 49 }));
        Assert.Equal("image_too_large", CodeOf(png, Limits with { MaxPixels = 1999 }));
        Assert.Throws<InvalidImageException>(() => ImageDecoder.Thumbnail(png, 64, Limits with { MaxPixels = 1999 }));
    }

    // The data behind the header are nonsense: had a pixel been decoded, the image would be corrupt.
    [Theory]
    [InlineData(20_000, 20_000)]
    [InlineData(32_769, 1)]
    [InlineData(1, 1_000_000)]
    [InlineData(int.MaxValue, int.MaxValue)]
    public void A_small_file_that_promises_a_giant_picture_is_refused_by_its_header(int width, int height)
    {
        var before = GC.GetTotalAllocatedBytes(precise: false);
        Assert.Contains(CodeOf(PngWriter.Promise(width, height)), new[] { "image_too_large", "corrupt_image" });
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: false) - before, 0, 50_000_000);
        if (width <= 1_000_000 && height <= 1_000_000) Assert.Equal("image_too_large", CodeOf(PngWriter.Promise(width, height)));
    }

    [Fact]
    public void A_gif_whose_frame_is_giant_is_refused()
    {
        var gif = Encode("gif");
        var frame = gif.AsSpan().IndexOf<byte>([0x2C, 0, 0, 0, 0, 64, 0, 64, 0]); // image descriptor: left, top, width, height
        foreach (var at in new[] { 6, 8, frame + 5, frame + 7 }) BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(at), 60_000);
        Assert.Equal("image_too_large", CodeOf(gif));
    }

    [Fact]
    public void Many_channels_are_unsupported()
    {
        using var picture = Pictures.Vips(Pictures.Noise(16, 16, bands: 12), 16, 16, 12);
        Assert.Equal("unsupported_image", CodeOf(picture.TiffsaveBuffer()));
    }

    [Fact]
    public void Deep_pixels_count_as_more()
    {
        using var picture = Pictures.Vips(Pictures.Noise(64, 64), 64, 64).Cast(Enums.BandFormat.Float); // 12 bytes a pixel
        var tiff = picture.TiffsaveBuffer();
        _ = ImageDecoder.Inspect(tiff, Limits with { MaxPixels = 64 * 64 * 3 / 2 });
        Assert.Equal("image_too_large", CodeOf(tiff, Limits with { MaxPixels = (64 * 64 * 3 / 2) - 1 }));
    }

    [Fact]
    public void A_message_tells_nothing_of_this_machine()
    {
        var whole = Encode("jpeg");
        var exception = Assert.Throws<InvalidImageException>(() => ImageDecoder.Inspect(whole[..300], Limits));
        Assert.Equal("The jpeg image is damaged or cut short and cannot be decoded. Send the whole file.", exception.Message);
    }

    // The largest picture that the limits let through, of one colour: kilobytes that would unpack to hundreds of megabytes at once.
    [Theory]
    [InlineData("webp")]
    [InlineData("lossless webp")]
    [InlineData("gif")]
    [InlineData("interlaced png")]
    [InlineData("progressive jpeg")]
    [InlineData("tiff")]
    [InlineData("tiled tiff")]
    public void A_flat_picture_that_is_unpacked_as_a_whole_is_refused_before_it_is(string kind)
    {
        var bomb = Flat(kind, 8000);
        Assert.InRange(bomb.Length, 1, 400_000);
        var before = Environment.WorkingSet;
        Assert.Equal("image_too_large", CodeOf(bomb));
        Assert.Throws<InvalidImageException>(() => Tiles.Of(bomb));
        Assert.Throws<InvalidImageException>(() => ImageDecoder.Thumbnail(bomb, 64, Limits));
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 100_000_000); // unpacked, it would be 192 MB and more
        Assert.Equal(1000, ImageDecoder.Inspect(Flat(kind, 1000), Limits).Width);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpeg")]
    public void A_flat_picture_that_streams_is_welcome(string kind) => Assert.Equal(4000, ImageDecoder.Inspect(Flat(kind, 4000), Limits).Width);

    private static byte[] Flat(string kind, int side)
    {
        using var picture = Image.Black(side, side, bands: 3).Copy(interpretation: Enums.Interpretation.Srgb);
        return kind switch
        {
            "webp" => picture.WebpsaveBuffer(effort: 0),
            "lossless webp" => picture.WebpsaveBuffer(lossless: true, effort: 0),
            "gif" => picture.GifsaveBuffer(effort: 1),
            "interlaced png" => picture.PngsaveBuffer(interlace: true),
            "progressive jpeg" => picture.JpegsaveBuffer(interlace: true),
            "tiff" => picture.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate),
            "tiled tiff" => picture.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate, tile: true, tileWidth: side > 4096 ? 4096 : 256, tileHeight: side > 4096 ? 4096 : 256),
            "png" => picture.PngsaveBuffer(),
            _ => picture.JpegsaveBuffer(),
        };
    }
}
