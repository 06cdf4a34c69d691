using System.Buffers.Binary;

namespace Perennial.Core.Images;

/// <summary>What a JPEG says of itself before its pixels begin (ITU-T T.81, annex B).</summary>
/// <param name="Width">Of the picture as stored, in pixels.</param>
/// <param name="Height">Of the picture as stored, in pixels.</param>
/// <param name="IsPlain">8-bit grey or three colours, coded by Huffman, with no colour profile inside.</param>
/// <param name="IsProgressive">Whether its coefficients are all held in memory before the first row comes.</param>
internal readonly record struct JpegHeader(int Width, int Height, bool IsPlain, bool IsProgressive)
{
    private const byte Fill = 0xFF, StartOfScan = 0xDA, EndOfImage = 0xD9, App2 = 0xE2;
    private const byte Baseline = 0xC0, Extended = 0xC1, Progressive = 0xC2;
    private const int FrameBytes = 8; // length, precision, height, width, components

    /// <summary>Reads the segments up to the first scan; null when they are not in order.</summary>
    public static JpegHeader? Read(ReadOnlySpan<byte> bytes)
    {
        (int Width, int Height, bool Plain, bool Progressive)? frame = null;
        bool profile = false;
        for (int at = 2; at + 4 <= bytes.Length;)
        {
            if (bytes[at] != Fill) return null;
            byte marker = bytes[at + 1];
            if (marker == Fill)
            {
                at++; // segments may be padded
                continue;
            }
            if (marker == StartOfScan) return frame is { } found ? new JpegHeader(found.Width, found.Height, found.Plain && !profile, found.Progressive) : null;
            if (marker == EndOfImage) return null;
            ReadOnlySpan<byte> segment = bytes[(at + 2)..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(segment);
            if (length < 2 || length > segment.Length) return null;
            if (marker == App2 && segment[2..length].StartsWith("ICC_PROFILE\0"u8)) profile = true;
            if (IsFrame(marker))
            {
                if (frame is not null || length < FrameBytes) return null;
                frame = (BinaryPrimitives.ReadUInt16BigEndian(segment[5..]), BinaryPrimitives.ReadUInt16BigEndian(segment[3..]),
                    marker is Baseline or Extended or Progressive && segment[2] == 8 && segment[7] is 1 or 3, marker == Progressive);
            }
            at += 2 + length;
        }
        return null;
    }

    // C4, C8 and CC are tables; all others from C0 to CF begin a frame of some coding.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
