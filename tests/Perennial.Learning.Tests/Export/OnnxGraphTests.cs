using Google.Protobuf;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Onnx;

namespace Perennial.Learning.Tests.Export;

public sealed class OnnxGraphTests
{
    [Fact]
    public void A_model_states_its_format_operators_and_producer()
    {
        OnnxGraph graph = new("twice");
        graph.Output(graph.Add("sum", graph.Input("x", 2), "x"), 2);
        ModelProto model = ModelProto.Parser.ParseFrom(graph.ToModel([new("key", "value")]));
        Assert.Equal((8, "perennial"), (model.IrVersion, model.ProducerName));
        Assert.Equal(("", 17), (Assert.Single(model.OpsetImport).Domain, model.OpsetImport[0].Version));
        Assert.Equal(("key", "value"), (Assert.Single(model.MetadataProps).Key, model.MetadataProps[0].Value));
        Assert.DoesNotContain('+', model.ProducerVersion); // a commit hash would change the digest of unchanged weights
    }

    // Bytes by the protobuf wire format, written down by hand: field 9 (raw_data), length-delimited, 4 bytes of 1.0f.
    [Fact]
    public void Constants_are_little_endian_raw_data()
    {
        byte[] tensor = new TensorProto { Name = "c", DataType = 1, RawData = RawTensor.Encode("c", [1f], OnnxPrecision.Float32), Dims = { 1 } }.ToByteArray();
        Assert.Equal([0x08, 1, 0x10, 1, 0x42, 1, (byte)'c', 0x4A, 4, 0, 0, 0x80, 0x3F], tensor);
    }

    [Fact]
    public void Float16_constants_are_rounded_to_the_nearest() =>
        // 1 + 2^-11 lies between 1 and 1 + 2^-10: to even, which is 1 (0x3C00); 65504 is 0x7BFF.
        Assert.Equal([0x00, 0x3C, 0xFF, 0x7B], RawTensor.Encode("c", [1 + 1f / 2048, 65504], OnnxPrecision.Float16).ToByteArray());

    [Fact]
    public void A_name_cannot_be_made_twice()
    {
        OnnxGraph graph = new("g");
        graph.Input("x", 2);
        Assert.Throws<ArgumentException>(() => graph.Relu("x", "x"));
    }

    [Fact]
    public void A_node_cannot_read_what_nothing_makes() =>
        Assert.Throws<ArgumentException>(() => new OnnxGraph("g").Relu("y", "x"));

    [Fact]
    public void An_output_must_be_made_by_a_node() =>
        Assert.Throws<ArgumentException>(() => new OnnxGraph("g").Output("y", 2));
}
