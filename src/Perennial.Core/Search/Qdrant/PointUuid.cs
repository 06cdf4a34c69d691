using System.Security.Cryptography;
using System.Text;

namespace Perennial.Core.Search.Qdrant;

/// <summary>
/// A point's id in Qdrant, which takes 64-bit numbers and UUIDs alone: 122 bits of the SHA-256 of our id, as a UUID of version 8 (RFC 9562, section 5.8).
/// The whole id is kept in the payload and compared wherever a point is read or changed.
/// </summary>
internal static class PointUuid
{
    public static Guid Of(string id)
    {
        Span<byte> bytes = SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
