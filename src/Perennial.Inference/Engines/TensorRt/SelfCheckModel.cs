using System.Text;

namespace Perennial.Inference.Engines.TensorRt;

/// <summary>
/// The smallest network that has the form of an encoder: "image" [N, 3, S, S] to the means of the channels, L2-normalised, "embedding" [N, 3].
/// Written as an ONNX file (opset 17), and computed here.
/// </summary>
internal static class SelfCheckModel
{
    private const int VarintType = 0, LengthType = 2, Float32 = 1;

    public static byte[] Onnx(int size)
    {
        byte[] graph = Message(
            Field(1, Node("ReduceMean", ["image"], "means", Integers("axes", 2, 3), Integer("keepdims", 0))),
            Field(1, Node("ReduceL2", ["means"], "norm", Integers("axes", 1), Integer("keepdims", 1))),
            Field(1, Node("Div", ["means", "norm"], "embedding")),
            Field(2, Text("check")),
            Field(11, Tensor("image", -1, 3, size, size)),
            Field(12, Tensor("embedding", -1, 3)));
        byte[] opset = Message(Field(1, Text("")), Number(2, 17));
        return Message(Number(1, 8), Field(2, Text("perennial")), Field(7, graph), Field(8, opset));
    }

    /// <param name="images">[n, 3, S, S]</param>
    /// <param name="size">S</param>
    /// <returns>[n, 3]</returns>
    public static float[] Embed(ReadOnlySpan<float> images, int size)
    {
        int plane = size * size;
        float[] embeddings = new float[images.Length / plane];
        for (int i = 0; i < embeddings.Length; i++)
        {
            double sum = 0;
            foreach (float pixel in images.Slice(i * plane, plane))
                sum += pixel;
            embeddings[i] = (float)(sum / plane);
        }
        for (int row = 0; row < embeddings.Length; row += 3)
        {
            double norm = Math.Sqrt(embeddings.Skip(row).Take(3).Sum(mean => (double)mean * mean));
            for (int i = row; i < row + 3; i++)
                embeddings[i] = (float)(embeddings[i] / norm);
        }
        return embeddings;
    }

    // Field numbers are those of onnx.proto: NodeProto, AttributeProto, ValueInfoProto, TypeProto, TensorShapeProto.
    private static byte[] Node(string op, string[] inputs, string output, params byte[][] attributes) => Message(
        [.. inputs.Select(input => Field(1, Text(input))), Field(2, Text(output)), Field(4, Text(op)), .. attributes.Select(attribute => Field(5, attribute))]);

    private static byte[] Integer(string name, long value) => Message(Field(1, Text(name)), Number(3, value), Number(20, 2));

    private static byte[] Integers(string name, params long[] values) => Message([Field(1, Text(name)), .. values.Select(value => Number(8, value)), Number(20, 7)]);

    private static byte[] Tensor(string name, params int[] shape)
    {
        byte[] dimensions = Message([.. shape.Select(size => Field(1, size < 0 ? Field(2, Text("N")) : Number(1, size)))]);
        return Message(Field(1, Text(name)), Field(2, Field(1, Message(Number(1, Float32), Field(2, dimensions)))));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];

    private static byte[] Field(int number, byte[] content) => [.. Varint((ulong)number << 3 | LengthType), .. Varint((ulong)content.Length), .. content];

    private static byte[] Number(int number, long value) => [.. Varint((ulong)number << 3 | VarintType), .. Varint((ulong)value)];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
