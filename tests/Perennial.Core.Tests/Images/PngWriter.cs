using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Perennial.Core.Tests.Images;

/// <summary>A PNG encoder of our own, from the specification (ISO/IEC 15948), so that decoded pixels are compared with what was written and not with another decoder.</summary>
internal static class PngWriter
{
    public const byte Grey = 0;
    public const byte Rgb = 2;
    public const byte GreyAlpha = 4;
    public const byte Rgba = 6;

    /// <summary>Samples are interleaved, row after row; 16-bit samples are big-endian pairs.</summary>
    public static byte[] Write(int width, int height, ReadOnlySpan<byte> samples, byte colour = Rgb, byte depth = 8, params (string Type, byte[] Data)[] extra)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR", Header(width, height, colour, depth));
        foreach (var (type, data) in extra) Chunk(png, type, data);
        Chunk(png, "IDAT", Compressed(samples, samples.Length / height));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    /// <summary>A valid header that promises a picture of this size, and next to no data.</summary>
    public static byte[] Promise(int width, int height)
    {
        using var png = new MemoryStream();
        png.Write([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]);
        Chunk(png, "IHDR", Header(width, height, Rgb, 8));
        Chunk(png, "IDAT", Compressed(new byte[64], 64));
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Header(int width, int height, byte colour, byte depth)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = depth;
        header[9] = colour;
        return header;
    }

    private static byte[] Compressed(ReadOnlySpan<byte> samples, int rowBytes)
    {
        using var data = new MemoryStream();
        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var at = 0; at < samples.Length; at += rowBytes)
            {
                zlib.WriteByte(0); // filter: none
                zlib.Write(samples.Slice(at, rowBytes));
            }
        }

        return data.ToArray();
    }

    private static void Chunk(Stream png, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        png.Write(named);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(named));
        png.Write(number);
    }

    // The specification's annex D, without its table.
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = 0xFFFF_FFFFu;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB8_8320u;
        }

        return ~crc;
    }
}
