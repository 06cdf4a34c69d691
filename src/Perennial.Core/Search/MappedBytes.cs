using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Core.Search;

/// <summary>A stretch of a file as memory, read-only: a million ids are then pages that the kernel holds already, and no copy of them.</summary>
internal sealed unsafe class MappedBytes : MemoryManager<byte>
{
    private readonly MemoryMappedViewAccessor _mapping;
    private readonly byte* _first;
    private readonly int _length;
    private int _disposed;

    /// <param name="file">Stays open and is not made shorter than the stretch.</param>
    /// <param name="position">First byte.</param>
    /// <param name="length">Bytes; at least 1.</param>
    public MappedBytes(SafeFileHandle file, long position, int length)
    {
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _mapping = mapped.CreateViewAccessor(position, length, MemoryMappedFileAccess.Read);
        _length = length;
        byte* pointer = null;
        _mapping.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _first = pointer + _mapping.PointerOffset;
    }

    public override Span<byte> GetSpan() => new(_first, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_first + elementIndex);

    public override void Unpin()
    {
        // the mapping does not move
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _mapping.SafeMemoryMappedViewHandle.ReleasePointer();
        _mapping.Dispose();
    }
}
