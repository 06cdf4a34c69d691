using System.Globalization;
using Perennial.Core.Images;
using Perennial.Learning.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Export;

/// <summary>
/// <c>encoder.onnx</c>: input "image" <c>[N, 3, S, S]</c> float32 RGB in [0, 1], output "embedding" <c>[N, D]</c> float32, each row of length 1.
/// Mean and standard deviation are two nodes of their own: zero padding comes after them, so they cannot be folded into the first convolution.
/// </summary>
public static class EncoderGraph
{
    /// <summary>The name of the input.</summary>
    public const string Image = "image";

    /// <summary>The name of the output.</summary>
    public const string Embedding = "embedding";

    /// <summary>The file's bytes; the same weights give the same bytes.</summary>
    /// <param name="encoder">What is written as it computes in evaluation mode; it is only read.</param>
    /// <param name="precision">What the backbone computes in. Normalisations are float32 in every variant, so no square overflows float16.</param>
    /// <exception cref="ExportException">A weight is not finite or does not fit the precision.</exception>
    public static byte[] Build(Encoder encoder, OnnxPrecision precision) => precision == OnnxPrecision.Float32
        ? Build(encoder, "fp32", (graph, x) => Backbone(graph, encoder.Backbone, x, precision)) // [N, D]
        : Build(encoder, "fp16", (graph, x) =>
        {
            x = graph.Cast("backbone/cast_in", x, precision);
            return graph.Cast("backbone/cast_out", Backbone(graph, encoder.Backbone, x, precision), OnnxPrecision.Float32);
        });

    /// <summary>The file's bytes with a backbone of the caller's.</summary>
    /// <param name="encoder">Preprocessing and dimensions.</param>
    /// <param name="precision">For the file's metadata: "int8".</param>
    /// <param name="backbone">Appends nodes that make float32 features [N, D] of normalised float32 images [N, 3, S, S].</param>
    internal static byte[] Build(Encoder encoder, string precision, Func<OnnxGraph, string, string> backbone)
    {
        int size = encoder.Preprocessing.Size;
        OnnxGraph graph = new("encoder");
        string x = graph.Input(Image, 3, size, size); // [N, 3, S, S]
        x = backbone(graph, Normalise(graph, x, encoder.Preprocessing)); // [N, D]
        graph.Output(graph.L2Normalize(Embedding, x), encoder.Dimensions); // [N, D]
        return graph.ToModel(
        [
            new("backbone", encoder.Backbone.Description.Name),
            new("dimensions", encoder.Dimensions.ToString(CultureInfo.InvariantCulture)),
            new("precision", precision),
        ]);
    }

    private static string Normalise(OnnxGraph graph, string image, Preprocessing preprocessing)
    {
        string mean = graph.Constant("preprocessing/mean", preprocessing.Mean, [1, 3, 1, 1], OnnxPrecision.Float32);
        string scale = graph.Constant("preprocessing/scale", Reciprocal(preprocessing), [1, 3, 1, 1], OnnxPrecision.Float32);
        return graph.Mul("preprocessing/mul", graph.Sub("preprocessing/sub", image, mean), scale); // [N, 3, S, S]
    }

    /// <summary>What the graph's first two nodes compute, bit by bit; torch's encoder divides where the graph multiplies.</summary>
    /// <param name="images">[N, 3, S, S] in [0, 1].</param>
    /// <param name="preprocessing">Mean and standard deviation.</param>
    internal static Tensor Normalised(Tensor images, Preprocessing preprocessing) =>
        images.sub(tensor(preprocessing.Mean, [1, 3, 1, 1], device: images.device)).mul_(tensor(Reciprocal(preprocessing), [1, 3, 1, 1], device: images.device));

    private static float[] Reciprocal(Preprocessing preprocessing) => [.. preprocessing.Std.Select(std => (float)(1.0 / std))];

    // One writer a network: a further architecture adds its own class and its line here.
    private static string Backbone(OnnxGraph graph, Module<Tensor, Tensor> backbone, string x, OnnxPrecision precision) => backbone switch
    {
        ResNet network => ResNetGraph.Append(graph, network, x, precision),
        VisionTransformer network => VisionTransformerGraph.Append(graph, network, x, precision),
        _ => throw new ExportException($"There is no ONNX writer for the network '{backbone.GetName()}'."),
    };
}
