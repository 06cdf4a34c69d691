using System.Buffers.Binary;
using NetVips;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Small images of every format and kind of pixel, and what can be done to their bytes.</summary>
internal static class SampleImages
{
    private static readonly int[] Sides = [0, 1, 2, 255, 4000, 8000, 16_383, 32_767, 32_768, 65_535];

    public static byte[][] All()
    {
        using Image noise = Image.Gaussnoise(24, 18, seed: 3).Cast(Enums.BandFormat.Uchar);
        using Image colour = noise.Bandjoin(noise, noise).Copy(interpretation: Enums.Interpretation.Srgb);
        using Image alpha = colour.Bandjoin(noise);
        using Image deep = colour.Colourspace(Enums.Interpretation.Rgb16);
        using Image cmyk = colour.Colourspace(Enums.Interpretation.Cmyk);
        using Image turned = colour.Mutate(image => image.Set(GValue.GIntType, "orientation", 6));
        return
        [
            colour.JpegsaveBuffer(), colour.JpegsaveBuffer(interlace: true), cmyk.JpegsaveBuffer(keep: Enums.ForeignKeep.None), turned.JpegsaveBuffer(), noise.JpegsaveBuffer(),
            colour.PngsaveBuffer(), alpha.PngsaveBuffer(), deep.PngsaveBuffer(), noise.PngsaveBuffer(), colour.PngsaveBuffer(palette: true), alpha.PngsaveBuffer(interlace: true),
            colour.WebpsaveBuffer(), alpha.WebpsaveBuffer(lossless: true), colour.GifsaveBuffer(),
            colour.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate), colour.TiffsaveBuffer(), deep.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw), turned.TiffsaveBuffer(tile: true),
        ];
    }

    public static byte[] Mutate(byte[] image, Random random) => random.Next(8) switch
    {
        0 => image[..random.Next(image.Length + 1)],
        1 or 2 => Promise(image, random.Pick(Sides), random.Pick(Sides)),
        3 => [.. image, .. random.Bytes(200)],
        4 => [.. image[..random.Next(Math.Min(40, image.Length))], .. random.Bytes(300)], // a true signature, and then anything
        _ => ByteMutation.Apply(image, random),
    };

    /// <summary>The same file, whose header claims other sides.</summary>
    public static byte[] Promise(byte[] image, int width, int height)
    {
        byte[] changed = [.. image];
        if (changed.AsSpan().StartsWith<byte>([0x89, 0x50]))
        {
            BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(16), width);
            BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(20), height);
            BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(29), Pictures.Crc(changed.AsSpan(12, 17))); // "IHDR" and its 13 bytes
        }
        else if (changed.AsSpan().StartsWith<byte>([0xFF, 0xD8]))
        {
            int frame = Math.Max(changed.AsSpan().IndexOf<byte>([0xFF, 0xC0]), changed.AsSpan().IndexOf<byte>([0xFF, 0xC2])); // SOF0 or SOF2
            BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 5), (ushort)height);
            BinaryPrimitives.WriteUInt16BigEndian(changed.AsSpan(frame + 7), (ushort)width);
        }
        else
        {
            int at = changed.AsSpan().StartsWith("GIF"u8) ? 6 : changed.AsSpan().StartsWith("RIFF"u8) ? 26 : 4; // screen, VP8 frame, or whatever lies there
            BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(at), (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(changed.AsSpan(at + 2), (ushort)height);
        }
        return changed;
    }
}
