using System.Globalization;
using Perennial.Learning.Finetuning;
using TorchSharp.Modules;

namespace Perennial.Learning.Export;

/// <summary><c>classifier.onnx</c>: input "embedding" <c>[N, D]</c> float32, output "probabilities" <c>[N, C]</c> float32, each row summing to 1.</summary>
public static class ClassifierGraph
{
    /// <summary>The name of the output.</summary>
    public const string Probabilities = "probabilities";

    /// <summary>The file's bytes; the same weights give the same bytes.</summary>
    /// <param name="head">The classifier; it is only read.</param>
    /// <exception cref="ExportException">A weight is not finite.</exception>
    public static byte[] Build(ClassifierHead head)
    {
        OnnxGraph graph = new("classifier");
        string x = graph.Input(EncoderGraph.Embedding, head.Dimensions); // [N, D]
        if (head.Hidden is { } hidden)
            x = graph.Relu("relu", Layer(graph, "hidden", x, hidden)); // [N, H]
        graph.Output(graph.Softmax(Probabilities, Layer(graph, "output", x, head.Output)), head.Classes); // [N, C]
        return graph.ToModel([new("classes", head.Classes.ToString(CultureInfo.InvariantCulture))]);
    }

    private static string Layer(OnnxGraph graph, string name, string x, Linear layer) =>
        graph.Gemm(name, x, layer.weight.ToSingles(), layer.bias!.ToSingles());
}
