using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Core.Corpus;

/// <summary>
/// Decoded tiles in one memory-mapped file: a header of 4096 bytes, the tiles one after the other, and the list of skipped images as JSON.
/// The header, written last, holds magic, bytes of a tile, count, length of the list, the key of what was decoded, and its own SHA-256;
/// a file whose header or length does not fit is not taken. Shared by several sets; the last one unmaps it.
/// </summary>
internal sealed unsafe class TileFile
{
    public const int HeaderBytes = 4096;
    private const int KeyAt = 32;
    private const int DigestAt = KeyAt + SHA256.HashSizeInBytes;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _tiles;
    private readonly int _tileBytes;
    private int _holders = 1;

    private TileFile(SafeFileHandle handle, int tileBytes, int count, IReadOnlyList<Skip> skipped)
    {
        _file = MemoryMappedFile.CreateFromFile(handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _tiles = start + HeaderBytes;
        _tileBytes = tileBytes;
        Count = count;
        Skipped = skipped;
    }

    public int Count { get; }

    public IReadOnlyList<Skip> Skipped { get; }

    private static ReadOnlySpan<byte> Magic => "PRNTILE1"u8;

    /// <summary>Position in the order of the sources, and why.</summary>
    internal sealed record Skip(int Position, string Reason);

    public ReadOnlySpan<byte> Tile(int row) => new(_tiles + ((long)row * _tileBytes), _tileBytes);

    public TileFile Share()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) > 0) return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    /// <summary>Where a tile lies in the file.</summary>
    public static long OffsetOf(int row, int tileBytes) => HeaderBytes + ((long)row * tileBytes);

    /// <summary>Writes the list of skipped images, flushes, and then writes the header, which makes the file valid.</summary>
    public static void Seal(SafeFileHandle handle, int tileBytes, int count, ReadOnlySpan<byte> key, IReadOnlyList<Skip> skipped)
    {
        var list = JsonSerializer.SerializeToUtf8Bytes(skipped);
        RandomAccess.Write(handle, list, OffsetOf(count, tileBytes));
        Span<byte> header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], tileBytes);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], count);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], list.Length);
        key.CopyTo(header[KeyAt..]);
        SHA256.HashData(header[..DigestAt], header[DigestAt..]);
        RandomAccess.FlushToDisk(handle);
        RandomAccess.Write(handle, header, 0);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Maps a sealed file if it holds what <paramref name="key"/> names; null when it is torn, of another key, or no such file at all.</summary>
    public static TileFile? TryMap(SafeFileHandle handle, int tileBytes, ReadOnlySpan<byte> key)
    {
        Span<byte> header = new byte[HeaderBytes];
        if (RandomAccess.Read(handle, header, 0) < HeaderBytes || !header.StartsWith(Magic)) return null;
        if (!SHA256.HashData(header[..DigestAt]).AsSpan().SequenceEqual(header.Slice(DigestAt, SHA256.HashSizeInBytes))) return null;
        var count = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var listBytes = BinaryPrimitives.ReadInt64LittleEndian(header[16..]);
        if (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) != tileBytes || !header.Slice(KeyAt, SHA256.HashSizeInBytes).SequenceEqual(key)) return null;
        if (RandomAccess.GetLength(handle) != OffsetOf(count, tileBytes) + listBytes) return null;
        var list = new byte[listBytes];
        if (RandomAccess.Read(handle, list, OffsetOf(count, tileBytes)) < listBytes) return null;
        return new TileFile(handle, tileBytes, count, JsonSerializer.Deserialize<List<Skip>>(list)!);
    }
}
