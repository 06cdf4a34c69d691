using System.Buffers.Binary;
using System.Text;
using CsCheck;
using Perennial.Core.Generations;

namespace Perennial.Core.Tests.Generations;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_laid_out_by_hand_from_the_specification_is_read()
    {
        const string header = """{"__metadata__":{"format":"pt"},"b":{"dtype":"I64","shape":[],"data_offsets":[8,16]},"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}}""";
        byte[] data = [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 42, 0, 0, 0, 0, 0, 0, 0];

        SafetensorsFile file = Safetensors.Read(FileOf(header, data));

        Assert.Equal(["a", "b"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1f, -2.5f], file["a"].Floats.ToArray());
        Assert.Equal([1L, 2L], file["a"].Shape);
        Assert.Equal([42L], file["b"].Integers.ToArray());
        Assert.Empty(file["b"].Shape);
        Assert.Equal("pt", file.Metadata["format"]);
    }

    [Fact]
    public void The_written_bytes_are_those_of_the_specification()
    {
        string path = _folder.File("w");
        Safetensors.Write(path, [SafeTensor.F16("h", [1], [(Half)1]), SafeTensor.F32("f", [1], [1f])], new Dictionary<string, string> { ["k"] = "v" });

        const string header = """{"__metadata__":{"k":"v"},"f":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"h":{"dtype":"F16","shape":[1],"data_offsets":[4,6]}}""";
        string padded = header.PadRight((header.Length + 7) / 8 * 8);
        byte[] expected = [(byte)padded.Length, 0, 0, 0, 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(padded), 0, 0, 0x80, 0x3f, 0, 0x3c];
        Assert.Equal(expected, File.ReadAllBytes(path));
    }

    [Fact]
    public void What_was_written_is_read_back() =>
        Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 1, 12], Gen.Long[0, 5].Array[0, 3], Gen.Int[0, 2], Gen.Int).Array[0, 8].Sample(specification =>
        {
            SafeTensor[] tensors = [.. specification.DistinctBy(entry => entry.Item1).Select(entry => Random(entry.Item1, entry.Item2, entry.Item3, entry.Item4))];
            string path = _folder.File("roundtrip-" + Guid.NewGuid());
            Safetensors.Write(path, tensors);
            SafetensorsFile file = Safetensors.Read(path);
            File.Delete(path);

            Assert.Equal(tensors.Length, file.Tensors.Count);
            foreach (SafeTensor tensor in tensors)
            {
                Assert.Equal(tensor.DType, file[tensor.Name].DType);
                Assert.Equal(tensor.Shape, file[tensor.Name].Shape);
                Assert.Equal(tensor.Data.ToArray(), file[tensor.Name].Data.ToArray());
            }
        }, iter: 200);

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}""", 4, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,18446744073709551615]}}""", 4, "specification")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}}""", 0, "overflows")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-1,-1],"data_offsets":[0,4]}}""", 4, "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "do not fit")]
    [InlineData("""{"a":{"dtype":"F31","shape":[1],"data_offsets":[0,4]}}""", 4, "not known")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "outside the file")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "specification")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "specification")]
    [InlineData("""{"a":3}""", 0, "specification")]
    [InlineData("""{"__metadata__":{"a":3}}""", 0, "specification")]
    [InlineData("""{"__metadata__":{"a":null}}""", 0, "not a string")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "specification")]
    [InlineData(""" {}""", 0, "begin with")]
    [InlineData("""[]""", 0, "begin with")]
    [InlineData("""{""", 0, "specification")]
    [InlineData("", 0, "begin with")]
    public void A_header_that_breaks_the_specification_is_refused(string header, int dataLength, string reason)
    {
        SafetensorsException fault = Assert.Throws<SafetensorsException>(() => Safetensors.Read(FileOf(header, new byte[dataLength])));
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000_001, "100000001 bytes")]
    [InlineData(ulong.MaxValue, "18446744073709551615 bytes")]
    [InlineData(1 << 20, "ends within its header")]
    public void An_announced_header_length_that_cannot_be_is_refused_before_it_is_read(ulong length, string reason)
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        string path = _folder.File("long");
        File.WriteAllBytes(path, bytes);

        Assert.Contains(reason, Assert.Throws<SafetensorsException>(() => Safetensors.Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_refused()
    {
        string path = _folder.File("cut");
        Safetensors.Write(path, [SafeTensor.F32("a", [2], [1, 2]), SafeTensor.I64("b", [1], [3])]);
        byte[] whole = File.ReadAllBytes(path);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Throws<SafetensorsException>(() => Safetensors.Read(path));
        }
    }

    [Fact]
    public void A_name_given_twice_or_data_that_does_not_fill_the_shape_is_not_written()
    {
        SafeTensor tensor = SafeTensor.F32("a", [1], [1]);
        Assert.Throws<SafetensorsException>(() => Safetensors.Write(_folder.File("x"), [tensor, tensor]));
        Assert.Throws<SafetensorsException>(() => Safetensors.Write(_folder.File("x"), [tensor with { Shape = [2] }]));
        Assert.Throws<SafetensorsException>(() => Safetensors.Write(_folder.File("x"), [tensor with { Name = "__metadata__" }]));
        Assert.Throws<ArgumentException>(() => SafeTensor.F32("a", [2, 2], [1]));
    }

    [Fact]
    public void A_view_of_another_type_is_refused() => Assert.Throws<SafetensorsException>(() => SafeTensor.F32("a", [1], [1]).Integers.Length);

    private static SafeTensor Random(string name, long[] shape, int kind, int seed)
    {
        Random random = new(seed);
        int items = (int)shape.Aggregate(1L, (product, size) => product * size);
        return kind switch
        {
            0 => SafeTensor.F32(name, shape, [.. Enumerable.Range(0, items).Select(_ => random.NextSingle())]),
            1 => SafeTensor.F16(name, shape, [.. Enumerable.Range(0, items).Select(_ => (Half)random.NextSingle())]),
            _ => SafeTensor.I64(name, shape, [.. Enumerable.Range(0, items).Select(_ => random.NextInt64())]),
        };
    }

    private string FileOf(string header, byte[] data)
    {
        string path = _folder.File("hand");
        byte[] length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)Encoding.UTF8.GetByteCount(header));
        File.WriteAllBytes(path, [.. length, .. Encoding.UTF8.GetBytes(header), .. data]);
        return path;
    }
}
