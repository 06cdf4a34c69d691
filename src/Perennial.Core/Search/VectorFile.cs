using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Core.Search;

/// <summary>
/// The rows of a segment, float32 after float32 without a header. Written with plain writes (a full disk is then an error and not a fault in mapped memory),
/// read through mappings of one block each, so that growing never moves what a search reads.
/// </summary>
internal sealed class VectorFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _dimensions;

    /// <param name="path">The file.</param>
    /// <param name="dimensions">Length of a row.</param>
    /// <param name="mode">How to open it.</param>
    public VectorFile(string path, int dimensions, FileMode mode)
    {
        _file = File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _dimensions = dimensions;
        RowsAtOpen = RandomAccess.GetLength(_file) / (dimensions * sizeof(float));
    }

    /// <summary>Whole rows that the file could hold when it was opened.</summary>
    public long RowsAtOpen { get; }

    private long BlockBytes => (long)RowBlock.Rows * _dimensions * sizeof(float);

    /// <summary>Maps block number <paramref name="index"/> and extends the file to its end.</summary>
    public RowBlock Map(int index)
    {
        long end = (index + 1) * BlockBytes;
        if (RandomAccess.GetLength(_file) < end)
            RandomAccess.SetLength(_file, end);
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new RowBlock(mapped.CreateViewAccessor(end - BlockBytes, BlockBytes, MemoryMappedFileAccess.Read), _dimensions);
    }

    /// <summary>Writes rows that no search can see yet.</summary>
    public void Write(int firstRow, ReadOnlySpan<float> rows) =>
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(rows), (long)firstRow * _dimensions * sizeof(float));

    public void Flush() => RandomAccess.FlushToDisk(_file);

    public void Dispose() => _file.Dispose();
}
