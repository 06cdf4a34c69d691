using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace Perennial.Core.Search;

/// <summary>
/// A fixed number of rows: their vectors mapped from the file, and beside them what searches need to know.
/// Rows are filled once and published later by a <see cref="CollectionView"/>; only payloads and deaths change afterwards, each in one atomic store.
/// </summary>
internal sealed unsafe class RowBlock : IDisposable
{
    /// <summary>Rows of a block. Any dimension then fills whole pages.</summary>
    public const int Rows = 8192;

    private readonly MemoryMappedViewAccessor _mapping;
    private readonly float* _vectors;
    private readonly int _dimensions;

    public RowBlock(MemoryMappedViewAccessor mapping, int dimensions)
    {
        (_mapping, _dimensions) = (mapping, dimensions);
        byte* pointer = null;
        mapping.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _vectors = (float*)(pointer + mapping.PointerOffset);
        Array.Fill(DiedAt, long.MaxValue);
    }

    public string[] Ids { get; } = new string[Rows];

    public Payload[] Payloads { get; } = new Payload[Rows];

    /// <summary>Version of the collection at which the row was deleted or replaced: a search of an older view still sees it.</summary>
    public long[] DiedAt { get; } = new long[Rows];

    /// <summary>One row: [dimensions]. Valid while the segment is retained.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<float> Vector(int row) => new(_vectors + ((long)row * _dimensions), _dimensions);

    public void Dispose()
    {
        _mapping.SafeMemoryMappedViewHandle.ReleasePointer();
        _mapping.Dispose();
    }
}
