using NetVips;

namespace Perennial.Tests.Server;

/// <summary>Encoded images, good and bad.</summary>
internal static class Pictures
{
    /// <summary>A PNG of one colour: whatever way it is resized, every pixel keeps it.</summary>
    public static byte[] Png(byte red, byte green, byte blue, int width = 20, int height = 20)
    {
        using Image black = Image.Black(width, height, bands: 3);
        using Image coloured = (black + new double[] { red, green, blue }).Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return coloured.PngsaveBuffer();
    }

    /// <summary>A JPEG of noise, so that half of it is visibly half.</summary>
    public static byte[] Jpeg(int width = 64, int height = 48)
    {
        using Image noise = Image.Gaussnoise(width, height, seed: 5);
        return noise.Cast(Enums.BandFormat.Uchar).JpegsaveBuffer();
    }

    /// <summary>The input [3, S, S] in [0, 1] that a one-coloured image becomes.</summary>
    public static float[] Tile(int size, byte red, byte green, byte blue)
        => [.. new[] { red, green, blue }.SelectMany(channel => Enumerable.Repeat(channel / 255f, size * size))];

    /// <summary>A few hundred bytes that claim 20,000 x 20,000 pixels.</summary>
    public static byte[] Bomb()
    {
        byte[] png = Png(1, 2, 3);
        byte[] side = [0, 0, 0x4E, 0x20]; // 20,000
        side.CopyTo(png, 16);
        side.CopyTo(png, 20);
        uint crc = Crc(png.AsSpan(12, 17)); // "IHDR" and its 13 bytes
        for (int at = 0; at < 4; at++) png[29 + at] = (byte)(crc >> (24 - (8 * at)));
        return png;
    }

    /// <summary>As PNG's chunks carry it: its specification, annex D.</summary>
    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }
}
