using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Core.Search;

/// <summary>
/// An append-only file of frames: eight bytes of magic, then for each frame u32 length, u32 CRC-32C over the length and the payload, payload; little-endian.
/// A frame counts when its checksum holds. Each append is flushed before the next begins, so a crash can only tear the last frame: it is cut at open.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const int FrameHeader = 8;
    private const int ChunkBytes = 256 << 20;
    private static readonly byte[] Magic = "PERVEC01"u8.ToArray();

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly List<MappedBytes> _mapped = [];
    private Exception? _fault;

    private Journal(SafeFileHandle file, string path, long length) => (_file, _path, Length) = (file, path, length);

    /// <summary>Bytes up to the end of the last whole frame.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes of the file, a torn tail included.</summary>
    public long FileLength => RandomAccess.GetLength(_file);

    /// <summary>Creates an empty journal; it becomes durable with its first flush and its directory's.</summary>
    public static Journal Create(string path)
    {
        SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.Write(file, Magic, 0);
        return new Journal(file, path, Magic.Length);
    }

    /// <summary>Opens a journal that is there; <see cref="Replay"/> comes before anything else.</summary>
    public static Journal Open(string path) =>
        new(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), path, 0);

    /// <summary>Reads all frames in order, cuts a torn tail off and leaves the journal ready for appending.</summary>
    /// <param name="frame">Given each payload; its bytes stay readable until the journal is disposed.</param>
    /// <exception cref="CorruptCollectionException">Not a journal, or damaged before its last frame.</exception>
    public void Replay(Action<ReadOnlyMemory<byte>> frame)
    {
        long fileLength = FileLength;
        byte[] magic = new byte[Magic.Length];
        if (ReadFully(magic, 0) < magic.Length || !magic.AsSpan().SequenceEqual(Magic))
            throw new CorruptCollectionException($"{_path} is not a vector journal of this version.");
        Length = Magic.Length;
        for (int need = FrameHeader; Length + need <= fileLength;)
        {
            ReadOnlyMemory<byte> chunk = Map(Length, fileLength, need);
            int at = 0;
            while (FrameAt(chunk.Span[at..]) is { } size && size <= chunk.Length - at)
            {
                if (!IsWhole(chunk.Span.Slice(at, size)))
                {
                    CutTail(fileLength);
                    return;
                }
                frame(chunk.Slice(at + FrameHeader, size - FrameHeader));
                at += size;
                Length += size;
            }
            long? next = chunk.Length - at < FrameHeader ? FrameHeader : FrameAt(chunk.Span[at..]);
            if (next is not { } wanted || Length + wanted > fileLength)
                break;
            need = (int)wanted;
        }
        if (Length < fileLength)
            CutTail(fileLength);
    }

    /// <summary>Appends one frame and flushes it.</summary>
    /// <exception cref="IOException">The disk refused; the journal is as before. If even that cannot be restored, every later append is refused.</exception>
    public void Append(ReadOnlySpan<byte> payload)
    {
        if (_fault is not null)
            throw new IOException($"{_path} could not be repaired after a failed write; it takes writes again when it is opened anew.", _fault);
        long before = Length;
        try
        {
            Write(payload);
            Flush();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Restore(before);
            throw;
        }
    }

    /// <summary>Appends one frame without flushing it: for a journal that is written aside.</summary>
    public void Write(ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), Crc32C.Of(frame.AsSpan(0, 4), payload));
        payload.CopyTo(frame.AsSpan(FrameHeader));
        RandomAccess.Write(_file, frame, Length);
        Length += frame.Length;
    }

    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>What <see cref="Replay"/> gave can be read no more.</summary>
    public void Dispose()
    {
        foreach (IDisposable mapped in _mapped)
            mapped.Dispose();
        _file.Dispose();
    }

    private void Restore(long length)
    {
        try
        {
            RandomAccess.SetLength(_file, length);
            RandomAccess.FlushToDisk(_file);
            Length = length;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _fault = exception;
        }
    }

    /// <summary>Size of the frame that begins here, header included; null when none does. More than int.MaxValue cannot be.</summary>
    private static int? FrameAt(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= FrameHeader && BinaryPrimitives.ReadInt32LittleEndian(bytes) is > 0 and <= int.MaxValue - FrameHeader and var length ? FrameHeader + length : null;

    private static bool IsWhole(ReadOnlySpan<byte> frame) => Crc32C.Of(frame[..4], frame[FrameHeader..]) == BinaryPrimitives.ReadUInt32LittleEndian(frame[4..]);

    /// <summary>As much as is mapped at once, and never less than what is needed.</summary>
    private ReadOnlyMemory<byte> Map(long position, long fileLength, int need)
    {
        MappedBytes chunk = new(_file, position, (int)Math.Min(Math.Max(need, ChunkBytes), fileLength - position));
        _mapped.Add(chunk);
        return chunk.Memory;
    }

    private void CutTail(long fileLength)
    {
        // A crash tears the last frame only. If a whole one follows, acknowledged changes were damaged later: not to be dropped in silence.
        byte[] header = new byte[FrameHeader];
        bool WholeAt(long position, out long next)
        {
            next = position;
            if (fileLength - position < FrameHeader || ReadFully(header, position) < FrameHeader || FrameAt(header) is not { } size)
                return false;
            next = position + size;
            return next <= fileLength && IsWhole(Map(position, fileLength, size).Span[..size]);
        }
        if (!WholeAt(Length, out long following) && following > Length && following < fileLength && WholeAt(following, out _))
            throw new CorruptCollectionException($"{_path} is damaged at byte {Length}, before its end.");
        RandomAccess.SetLength(_file, Length);
        RandomAccess.FlushToDisk(_file);
    }

    private int ReadFully(Span<byte> buffer, long position)
    {
        int total = 0;
        for (int read; total < buffer.Length && (read = RandomAccess.Read(_file, buffer[total..], position + total)) > 0;)
            total += read;
        return total;
    }
}
