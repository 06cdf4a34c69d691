using Perennial.Learning.Networks;

namespace Perennial.Learning.Export;

/// <summary>Writes a <see cref="ResNet"/> in evaluation mode into a graph, node names being torchvision's module names under <c>backbone/</c>.</summary>
internal sealed class ResNetGraph : IResNetOperations<string>
{
    private readonly OnnxGraph _graph;
    private readonly OnnxPrecision _precision;

    private ResNetGraph(OnnxGraph graph, OnnxPrecision precision) => (_graph, _precision) = (graph, precision);

    /// <summary>Appends the network and returns its features <c>[N, D]</c>, not normalised, in <paramref name="precision"/>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="network">The network; it is only read.</param>
    /// <param name="x">Normalised images <c>[N, 3, H, W]</c> in <paramref name="precision"/>.</param>
    /// <param name="precision">What the convolutions compute in.</param>
    public static string Append(OnnxGraph graph, ResNet network, string x, OnnxPrecision precision) =>
        new FoldedResNet(network).Run(x, new ResNetGraph(graph, precision));

    public string Images(string x) => x;

    public string Convolution(string name, string x, FoldedConvolution convolution, string? relu)
    {
        string y = _graph.Conv(name, x, convolution, _precision);
        return relu is null ? y : _graph.Relu(relu, y);
    }

    public string MaxPool(string name, string x, int kernel, int stride, int padding) => _graph.MaxPool(name, x, kernel, stride, padding);

    public string AddRelu(string name, string a, string b, string relu) => _graph.Relu(relu, _graph.Add(name, a, b));

    public string Mean(string name, string x) => _graph.Flatten("backbone/flatten", _graph.GlobalAveragePool(name, x)); // [N, D, 1, 1], [N, D]
}
