using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Perennial.Core.Search;

/// <summary>
/// The int8 codes of a segment's full blocks. They are made of the vectors and can be made again, so nothing here is flushed: a block whose checksum does not hold,
/// or belongs to other vectors, is written anew.
/// </summary>
internal sealed class CodeFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _dimensions;

    /// <param name="path">The file; created when absent.</param>
    /// <param name="dimensions">Length of a row.</param>
    public CodeFile(string path, int dimensions)
    {
        _file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        _dimensions = dimensions;
    }

    private long BlockBytes => CodeLayout.BlockBytes(_dimensions);

    /// <summary>Over the codes, scales and error ratio, and over what they were made of.</summary>
    public static uint ChecksumOf(ReadOnlySpan<byte> content, ReadOnlySpan<uint> vectorChecksums) => Crc32C.Of(content, MemoryMarshal.AsBytes(vectorChecksums));

    /// <summary>The codes of a full block, read back or made.</summary>
    /// <param name="index">The block's number.</param>
    /// <param name="block">The block.</param>
    /// <exception cref="IOException">The disk refused; the block has no codes.</exception>
    public CodeBlock Of(int index, RowBlock block)
    {
        if (RandomAccess.GetLength(_file) >= (index + 1) * BlockBytes)
        {
            CodeBlock stored = Map(index);
            if (stored.Belongs(block.Checksums))
                return stored;
            stored.Dispose();
        }
        RandomAccess.Write(_file, Make(block), index * BlockBytes);
        return Map(index);
    }

    public void Dispose() => _file.Dispose();

    private byte[] Make(RowBlock block)
    {
        byte[] bytes = new byte[BlockBytes];
        int codes = CodeLayout.CodeBytes(_dimensions), content = codes + CodeLayout.ScaleBytes + sizeof(float);
        float ratio = CodeEncoder.Encode(block, _dimensions, bytes.AsSpan(0, codes), MemoryMarshal.Cast<byte, float>(bytes.AsSpan(codes, CodeLayout.ScaleBytes)));
        MemoryMarshal.Write(bytes.AsSpan(content - sizeof(float)), ratio);
        MemoryMarshal.Write(bytes.AsSpan(content), ChecksumOf(bytes.AsSpan(0, content), block.Checksums));
        return bytes;
    }

    private CodeBlock Map(int index)
    {
        using MemoryMappedFile mapped = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new CodeBlock(mapped.CreateViewAccessor(index * BlockBytes, BlockBytes, MemoryMappedFileAccess.Read), _dimensions);
    }
}
