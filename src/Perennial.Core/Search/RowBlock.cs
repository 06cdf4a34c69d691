using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Perennial.Core.Search;

/// <summary>
/// A fixed number of rows: their vectors mapped from the file, and beside them what searches need to know.
/// Rows are filled once and published later by a <see cref="CollectionView"/>; only payloads, deaths and codes change afterwards, each in one atomic store.
/// </summary>
internal sealed unsafe class RowBlock : IDisposable
{
    /// <summary>Rows of a block. Any dimension then fills whole pages.</summary>
    public const int Rows = 8192;

    private readonly MemoryMappedViewAccessor _mapping;
    private readonly int _dimensions;
    private volatile CodeBlock? _codes;
    private long[]? _diedAt;

    public RowBlock(MemoryMappedViewAccessor mapping, int dimensions)
    {
        (_mapping, _dimensions) = (mapping, dimensions);
        byte* pointer = null;
        mapping.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        Vectors = (float*)(pointer + mapping.PointerOffset);
    }

    /// <summary>[Rows, dimensions]. Valid while the segment is retained.</summary>
    public float* Vectors { get; }

    /// <summary>UTF-8.</summary>
    public ReadOnlyMemory<byte>[] Ids { get; } = new ReadOnlyMemory<byte>[Rows];

    public Payload[] Payloads { get; } = new Payload[Rows];

    /// <summary>CRC-32C of each vector, from the journal.</summary>
    public uint[] Checksums { get; } = new uint[Rows];

    /// <summary>Int8 codes of all rows; null until the block is full and they are ready.</summary>
    public CodeBlock? Codes
    {
        get => _codes;
        set => _codes = value;
    }

    /// <summary>One row: [dimensions]. Valid while the segment is retained.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<float> Vector(int row) => new(Vectors + ((long)row * _dimensions), _dimensions);

    /// <summary>Whether the vector is the one that was written.</summary>
    public bool IsWhole(int row) => Crc32C.Of(MemoryMarshal.AsBytes(Vector(row))) == Checksums[row];

    /// <summary>Marks a row as deleted or replaced at a version of the collection: a search of an older view still sees it.</summary>
    public void Kill(int row, long version)
    {
        if (_diedAt is null)
        {
            long[] none = new long[Rows];
            Array.Fill(none, long.MaxValue);
            Volatile.Write(ref _diedAt, none);
        }
        _diedAt[row] = version;
    }

    public bool LivesAt(int row, long version) => Volatile.Read(ref _diedAt) is not { } diedAt || diedAt[row] > version;

    public void Dispose()
    {
        _codes?.Dispose();
        _mapping.SafeMemoryMappedViewHandle.ReleasePointer();
        _mapping.Dispose();
    }
}
