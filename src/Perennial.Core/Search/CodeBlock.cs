using System.IO.MemoryMappedFiles;

namespace Perennial.Core.Search;

/// <summary>The int8 codes of one full block, mapped from the file of codes.</summary>
internal sealed unsafe class CodeBlock : IDisposable
{
    private readonly MemoryMappedViewAccessor _mapping;
    private readonly byte* _codes;
    private readonly int _dimensions;

    public CodeBlock(MemoryMappedViewAccessor mapping, int dimensions)
    {
        (_mapping, _dimensions) = (mapping, dimensions);
        byte* pointer = null;
        mapping.SafeMemoryMappedViewHandle.AcquirePointer(ref pointer);
        _codes = pointer + mapping.PointerOffset;
    }

    private float* Scales => (float*)(_codes + CodeLayout.CodeBytes(_dimensions));

    private float* ErrorRatio => Scales + RowBlock.Rows;

    private uint* Checksum => (uint*)(ErrorRatio + 1);

    /// <summary>Whether the codes are whole, and those of vectors with these checksums.</summary>
    public bool Belongs(ReadOnlySpan<uint> vectorChecksums) => *Checksum == CodeFile.ChecksumOf(new ReadOnlySpan<byte>(_codes, (int)((byte*)Checksum - _codes)), vectorChecksums);

    /// <summary>See <see cref="CodeDots.Bounds"/>.</summary>
    /// <param name="row">First row, a multiple of 16.</param>
    /// <param name="rows">Rows; as many more are answered as fill a group.</param>
    /// <param name="query">The query.</param>
    /// <param name="bounds">[rows], rounded up to a multiple of 16.</param>
    public void Bounds(int row, int rows, QueryCodes query, float* bounds)
    {
        int words = CodeLayout.Words(_dimensions);
        CodeDots.Bounds(_codes + ((long)row * words * CodeLayout.WordBytes), Scales + row, *ErrorRatio, (rows + CodeLayout.Group - 1) / CodeLayout.Group, words, query, bounds);
    }

    public void Dispose()
    {
        _mapping.SafeMemoryMappedViewHandle.ReleasePointer();
        _mapping.Dispose();
    }
}
