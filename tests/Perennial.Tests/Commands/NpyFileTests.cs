using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;
using Perennial.Commands;

namespace Perennial.Tests.Commands;

/// <summary>Reads back by NumPy's specification (numpy.lib.format, "Format Version 1.0"), not by our own writer.</summary>
public sealed partial class NpyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("perennial-npy-").FullName;

    [Fact]
    public void The_header_is_what_the_specification_asks_for()
    {
        byte[] file = Write(rows: 3, columns: 5);
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], file[..8]);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        Assert.Equal(0, (10 + length) % 64);
        string header = Encoding.ASCII.GetString(file, 10, length);
        Assert.EndsWith("\n", header, StringComparison.Ordinal);
        Match fields = Dictionary().Match(header);
        Assert.True(fields.Success, header);
        Assert.Equal(("<f4", "False", "3", "5"), (fields.Groups[1].Value, fields.Groups[2].Value, fields.Groups[3].Value, fields.Groups[4].Value));
        Assert.Equal(10 + length + (3 * 5 * 4), file.Length);
    }

    [Fact]
    public void Rows_lie_in_order_as_little_endian_floats()
    {
        byte[] file = Write(rows: 2, columns: 3);
        int at = 10 + BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(8));
        float[] values = [.. Enumerable.Range(0, 6).Select(i => BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(at + (4 * i))))];
        Assert.Equal([0f, 0.5f, 1f, 10f, 10.5f, 11f], values);
    }

    [Fact]
    public void A_file_that_was_not_completed_is_not_seen()
    {
        string path = Path.Combine(_folder, "broken.npy");
        using (var file = new NpyFile(path, 2))
        {
            file.Append([1, 2]);
        }
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_row_of_another_width_is_refused()
    {
        using var file = new NpyFile(Path.Combine(_folder, "narrow.npy"), 2);
        Assert.Throws<ArgumentException>(() => file.Append([1, 2, 3]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private byte[] Write(int rows, int columns)
    {
        string path = Path.Combine(_folder, "matrix.npy");
        using (var file = new NpyFile(path, columns))
        {
            for (int row = 0; row < rows; row++)
            {
                file.Append([.. Enumerable.Range(0, columns).Select(column => (row * 10) + (column * 0.5f))]);
            }
            file.Complete();
        }
        return File.ReadAllBytes(path);
    }

    [GeneratedRegex(@"^\{'descr': '([^']+)', 'fortran_order': (\w+), 'shape': \((\d+), (\d+)\), \} *\n$")]
    private static partial Regex Dictionary();
}
