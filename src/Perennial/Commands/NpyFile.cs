using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Commands;

/// <summary>
/// Writes a float32 matrix row by row in NumPy's format, version 1.0 (numpy.lib.format: magic, version, length of the header, a Python
/// dictionary padded with spaces to a multiple of 64 bytes, then the rows in C order, little-endian). Written aside, renamed when complete.
/// </summary>
internal sealed class NpyFile : IDisposable
{
    private const int Alignment = 64;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8, 1, 0];
    private readonly string _path;
    private readonly string _aside;
    private readonly FileStream _stream;
    private readonly int _columns;
    private long _rows;

    public NpyFile(string path, int columns)
    {
        _path = path;
        _aside = path + ".part";
        _columns = columns;
        _stream = File.Create(_aside);
        _stream.Write(Header(0));
    }

    /// <summary>Adds one row of exactly as many numbers as the file has columns.</summary>
    public void Append(ReadOnlySpan<float> row)
    {
        if (row.Length != _columns)
        {
            throw new ArgumentException($"A row has {row.Length} numbers, the file has {_columns} columns.", nameof(row));
        }
        if (BitConverter.IsLittleEndian)
        {
            _stream.Write(MemoryMarshal.AsBytes(row));
        }
        else
        {
            Span<byte> bytes = stackalloc byte[sizeof(float)];
            foreach (float value in row)
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
                _stream.Write(bytes);
            }
        }
        _rows++;
    }

    /// <summary>Puts the number of rows into the header and the file in its place.</summary>
    public void Complete()
    {
        _stream.Position = 0;
        _stream.Write(Header(_rows));
        _stream.Flush(flushToDisk: true);
        _stream.Dispose();
        File.Move(_aside, _path, overwrite: true);
    }

    public void Dispose()
    {
        _stream.Dispose();
        File.Delete(_aside);
    }

    // The length of the header does not depend on the number of rows: ten digits and more fit in the padding of two lines of 64 bytes.
    private byte[] Header(long rows)
    {
        string dictionary = string.Create(CultureInfo.InvariantCulture, $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {_columns}), }}");
        byte[] header = new byte[2 * Alignment];
        header.AsSpan().Fill((byte)' ');
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(header.Length - 10));
        Encoding.ASCII.GetBytes(dictionary).CopyTo(header, 10);
        header[^1] = (byte)'\n';
        return header;
    }
}
