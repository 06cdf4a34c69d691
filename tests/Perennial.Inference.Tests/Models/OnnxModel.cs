using System.Runtime.InteropServices;

namespace Perennial.Inference.Tests.Models;

/// <summary>A float32 ONNX network at opset 17, put together node by node (field numbers: onnx.proto of the ONNX project).</summary>
internal sealed class OnnxModel
{
    private const int Float = 1;
    private readonly Wire _graph = new Wire().Text(2, "test");

    /// <summary>Declares an input; a size below 0 is free.</summary>
    public OnnxModel Input(string name, params int[] shape) => Add(11, ValueInfo(name, shape, Float));

    /// <summary>Declares an output; a size below 0 is free.</summary>
    public OnnxModel Output(string name, params int[] shape) => Output(name, Float, shape);

    public OnnxModel Output(string name, int elementType, int[] shape) => Add(12, ValueInfo(name, shape, elementType));

    public OnnxModel Weights(string name, int[] shape, ReadOnlySpan<float> values)
    {
        Wire tensor = new();
        foreach (int size in shape)
            tensor.Number(1, size);
        return Add(5, tensor.Number(2, Float).Text(8, name).Bytes(9, MemoryMarshal.AsBytes(values)));
    }

    /// <param name="op">Operator type.</param>
    /// <param name="inputs">Names, space-separated.</param>
    /// <param name="output">Name.</param>
    /// <param name="attributes">long or long[] values by name.</param>
    /// <param name="domain">Empty for ONNX's own operators.</param>
    public OnnxModel Node(string op, string inputs, string output, (string Name, object Value)[]? attributes = null, string domain = "")
    {
        Wire node = new();
        foreach (string input in inputs.Split(' '))
            node.Text(1, input);
        node.Text(2, output).Text(4, op).Text(7, domain);
        foreach ((string name, object value) in attributes ?? [])
            node.Message(5, Attribute(name, value));
        return Add(1, node);
    }

    public byte[] ToBytes() => new Wire()
        .Number(1, 8) // IR version
        .Text(2, "perennial tests")
        .Message(7, _graph)
        .Message(8, new Wire().Text(1, "").Number(2, 17))
        .Message(8, new Wire().Text(1, "somewhere.else").Number(2, 1))
        .ToArray();

    private OnnxModel Add(int field, Wire message)
    {
        _graph.Message(field, message);
        return this;
    }

    private static Wire Attribute(string name, object value)
    {
        Wire attribute = new Wire().Text(1, name);
        if (value is long number)
            return attribute.Number(3, number).Number(20, 2);
        foreach (long item in (long[])value)
            attribute.Number(8, item);
        return attribute.Number(20, 7);
    }

    private static Wire ValueInfo(string name, int[] shape, int elementType)
    {
        Wire dimensions = new();
        foreach (int size in shape)
            dimensions.Message(1, size < 0 ? new Wire().Text(2, "N") : new Wire().Number(1, size));
        return new Wire().Text(1, name).Message(2, new Wire().Message(1, new Wire().Number(1, elementType).Message(2, dimensions)));
    }
}
