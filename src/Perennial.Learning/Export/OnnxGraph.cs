using Google.Protobuf;
using Perennial.Learning.Export.Onnx;
using static Perennial.Learning.Export.Onnx.AttributeProto.Types;

namespace Perennial.Learning.Export;

/// <summary>
/// An ONNX graph under construction: nodes are appended in the order of computation and named by the caller, and a value bears
/// the name of the node that makes it. Nothing random, dated or machine-dependent enters, so the same weights give the same bytes.
/// </summary>
/// <remarks>Format: the public ONNX specification, IR version 8, operator set 17 of the default domain.</remarks>
internal sealed class OnnxGraph(string name)
{
    /// <summary>The version of the file format that is written.</summary>
    public const long IrVersion = 8;

    /// <summary>The operator set that the nodes are written against.</summary>
    public const long Opset = 17;

    /// <summary>The name of the first dimension of every input and output: any number of items.</summary>
    public const string BatchDimension = "N";

    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Declares a float32 input <c>[N, itemShape...]</c>.</summary>
    public string Input(string name, params ReadOnlySpan<long> itemShape)
    {
        Claim(name);
        _graph.Input.Add(BatchOf(name, itemShape));
        return name;
    }

    /// <summary>Declares an existing value as a float32 output <c>[N, itemShape...]</c>.</summary>
    public void Output(string name, params ReadOnlySpan<long> itemShape)
    {
        if (!_names.Contains(name))
        {
            throw new ArgumentException($"No node makes '{name}'.", nameof(name));
        }

        _graph.Output.Add(BatchOf(name, itemShape));
    }

    /// <summary>Adds a constant tensor, rounded to <paramref name="precision"/>.</summary>
    /// <exception cref="ExportException">A value is not finite, or too large for the precision.</exception>
    public string Constant(string name, ReadOnlySpan<float> values, ReadOnlySpan<long> shape, OnnxPrecision precision)
    {
        return Constant(name, RawTensor.Encode(name, values, precision), shape, DataTypeOf(precision));
    }

    /// <summary>Adds a constant tensor of integers: a shape, an index.</summary>
    public string Integers(string name, ReadOnlySpan<long> values, ReadOnlySpan<long> shape)
    {
        return Constant(name, RawTensor.Encode(values), shape, TensorProto.Types.DataType.Int64);
    }

    /// <summary>Adds a constant tensor from its encoded values.</summary>
    public string Constant(string name, ByteString values, ReadOnlySpan<long> shape, TensorProto.Types.DataType type)
    {
        Claim(name);
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = values };
        tensor.Dims.AddRange(shape.ToArray());
        _graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>Appends a node with one output, which takes the node's name, and returns that name.</summary>
    public string Node(string name, string operation, IEnumerable<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        Claim(name);
        var node = new NodeProto { Name = name, OpType = operation };
        foreach (string input in inputs)
        {
            node.Input.Add(_names.Contains(input) ? input : throw new ArgumentException($"Node '{name}' reads '{input}', which nothing makes."));
        }

        node.Output.Add(name);
        node.Attribute.AddRange(attributes.ToArray());
        _graph.Node.Add(node);
        return name;
    }

    /// <summary>The whole file: the graph with versions, producer and metadata, in the order given.</summary>
    public byte[] ToModel(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "perennial",
            // Three components only: a build's commit hash must not change the digest of unchanged weights.
            ProducerVersion = typeof(OnnxGraph).Assembly.GetName().Version!.ToString(3),
            Graph = _graph,
        };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        foreach ((string key, string value) in metadata)
        {
            model.MetadataProps.Add(new StringStringEntryProto { Key = key, Value = value });
        }

        return model.ToByteArray();
    }

    /// <summary>An attribute holding one integer.</summary>
    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    /// <summary>An attribute holding one float.</summary>
    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeType.Float, F = value };

    /// <summary>An attribute holding a list of integers.</summary>
    public static AttributeProto Attribute(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values.ToArray());
        return attribute;
    }

    /// <summary>The specification's number for a precision's element type.</summary>
    public static TensorProto.Types.DataType DataTypeOf(OnnxPrecision precision) => precision switch
    {
        OnnxPrecision.Float32 => TensorProto.Types.DataType.Float,
        OnnxPrecision.Float16 => TensorProto.Types.DataType.Float16,
        _ => throw new ArgumentOutOfRangeException(nameof(precision)),
    };

    private static ValueInfoProto BatchOf(string name, ReadOnlySpan<long> itemShape)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = BatchDimension });
        foreach (long size in itemShape)
        {
            shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = size });
        }

        var type = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }

    private void Claim(string name)
    {
        if (!_names.Add(name))
        {
            throw new ArgumentException($"'{name}' is made twice in graph '{_graph.Name}'.", nameof(name));
        }
    }
}
