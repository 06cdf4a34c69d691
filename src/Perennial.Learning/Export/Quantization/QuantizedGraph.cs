using Perennial.Learning.Export.Onnx;

namespace Perennial.Learning.Export.Quantization;

/// <summary>
/// Writes a network with its activations as uint8 and its weights as int8: every operation stands between DequantizeLinear and QuantizeLinear (QDQ), which is
/// exact to read by any engine, and which ONNX Runtime's CPU provider turns into operators on integers. A ReLU in front of a zero point of 0 costs nothing.
/// </summary>
/// <param name="graph">Where the nodes go.</param>
/// <param name="scales">By the name of the value that they belong to.</param>
internal sealed class QuantizedGraph(OnnxGraph graph, IReadOnlyDictionary<string, ActivationScale> scales) : IResNetOperations<QuantizedValue>
{
    private readonly Dictionary<string, QuantizedValue> _quantized = new(StringComparer.Ordinal);

    /// <summary>What the images are called among the scales; without a scale the first convolution stays float32.</summary>
    public const string ImagesPoint = "backbone/images";

    public QuantizedValue Images(QuantizedValue x) => scales.ContainsKey(ImagesPoint) ? Quantize(ImagesPoint, x.Name) : x;

    public QuantizedValue Convolution(string name, QuantizedValue x, FoldedConvolution convolution, string? relu)
    {
        string y = x.IsFloat ? graph.Conv(name, x.Name, convolution, OnnxPrecision.Float32) : IntegerConvolution(name, x, convolution);
        return Quantize(relu ?? name, relu is null ? y : graph.Relu(relu, y));
    }

    // The largest of a window is the largest in any scale: the scale stays.
    public QuantizedValue MaxPool(string name, QuantizedValue x, int kernel, int stride, int padding)
    {
        string y = graph.MaxPool(name, Dequantize(name, x), kernel, stride, padding);
        return x with { Name = graph.Quantize(name + ".quantized", y, x.ScaleName, x.ZeroPointName) };
    }

    public QuantizedValue AddRelu(string name, QuantizedValue a, QuantizedValue b, string relu) =>
        Quantize(relu, graph.Relu(relu, graph.Add(name, Dequantize(name + ".a", a), Dequantize(name + ".b", b))));

    // The last few values an image are not worth rounding once more.
    public QuantizedValue Mean(string name, QuantizedValue x) =>
        new(graph.Flatten("backbone/flatten", graph.GlobalAveragePool(name, Dequantize(name, x))));

    /// <summary>A fully connected layer, [..., In] to [..., Out] float32: the input is quantised once for all layers that read it.</summary>
    public string Linear(string name, string x, float[] weight, float[] bias)
    {
        int outputs = bias.Length, inputs = weight.Length / outputs;
        QuantizedValue input = Quantize(x, x);
        QuantizedWeight quantized = QuantizedWeight.Of(weight, new float[outputs], scales[x].Scale);
        sbyte[] transposed = new sbyte[weight.Length];
        for (int o = 0; o < outputs; o++)
            for (int i = 0; i < inputs; i++) transposed[i * outputs + o] = quantized.Values[o * inputs + i];
        string w = Weight(name + ".weight", transposed, [inputs, outputs], quantized.Scales, axis: 1);
        string product = graph.MatMul(name + ".product", Dequantize(name, input), w);
        return graph.Add(name, product, graph.Constant(name + ".bias", bias, [outputs], OnnxPrecision.Float32));
    }

    private string IntegerConvolution(string name, QuantizedValue x, FoldedConvolution convolution)
    {
        QuantizedWeight quantized = QuantizedWeight.Of(convolution.Weight, convolution.Bias, scales[x.Point!].Scale);
        string weight = Weight(name + ".weight", quantized.Values, convolution.Shape, quantized.Scales, axis: 0);
        long[] channels = [quantized.Bias.Length];
        string bias = graph.Dequantize(name + ".bias",
            graph.Constant(name + ".bias.quantized", RawTensor.Encode(quantized.Bias), channels, TensorProto.Types.DataType.Int32),
            graph.Constant(name + ".bias.scale", quantized.BiasScales, channels, OnnxPrecision.Float32),
            graph.Constant(name + ".bias.zero_point", RawTensor.Encode(new int[quantized.Bias.Length]), channels, TensorProto.Types.DataType.Int32), axis: 0);
        return graph.Conv(name, Dequantize(name, x), weight, bias, convolution);
    }

    private string Weight(string name, sbyte[] values, ReadOnlySpan<long> shape, float[] channelScales, long axis) => graph.Dequantize(name,
        graph.Constant(name + ".quantized", RawTensor.Encode(values), shape, TensorProto.Types.DataType.Int8),
        graph.Constant(name + ".scale", channelScales, [channelScales.Length], OnnxPrecision.Float32),
        graph.Constant(name + ".zero_point", RawTensor.Encode(new sbyte[channelScales.Length]), [channelScales.Length], TensorProto.Types.DataType.Int8), axis);

    private QuantizedValue Quantize(string point, string x)
    {
        if (_quantized.TryGetValue(point, out QuantizedValue already)) return already;
        ActivationScale scale = scales[point];
        var value = new QuantizedValue(point + ".quantized", point);
        graph.Constant(value.ScaleName, [scale.Scale], [], OnnxPrecision.Float32);
        graph.Constant(value.ZeroPointName, RawTensor.Encode([unchecked((sbyte)scale.ZeroPoint)]), [], TensorProto.Types.DataType.Uint8);
        graph.Quantize(value.Name, x, value.ScaleName, value.ZeroPointName);
        return _quantized[point] = value;
    }

    // Each reader has a node of its own.
    private string Dequantize(string reader, QuantizedValue x) => graph.Dequantize(reader + ".x", x.Name, x.ScaleName, x.ZeroPointName);
}
