using Perennial.Learning.Networks;
using TorchSharp.Modules;

namespace Perennial.Learning.Export;

/// <summary>Writes a <see cref="ResNet"/> in evaluation mode into a graph, node names being torchvision's module names under <c>backbone/</c>.</summary>
internal static class ResNetGraph
{
    /// <summary>Appends the network and returns its features <c>[N, D]</c>, not normalised, in <paramref name="precision"/>.</summary>
    /// <param name="graph">Where the nodes go.</param>
    /// <param name="network">The network; it is only read.</param>
    /// <param name="x">Normalised images <c>[N, 3, H, W]</c> in <paramref name="precision"/>.</param>
    /// <param name="precision">What the convolutions compute in.</param>
    public static string Append(OnnxGraph graph, ResNet network, string x, OnnxPrecision precision)
    {
        x = graph.Relu("backbone/relu", ConvNorm("conv1", network.Conv1, network.Bn1, x)); // [N, w, H, W], or half of H and W
        if (network.Description.Stem == "imagenet")
            x = graph.MaxPool("backbone/maxpool", x, kernel: 3, stride: 2, padding: 1); // [N, w, H/4, W/4]
        for (int stage = 0; stage < network.Stages.Count; stage++)
        {
            for (int block = 0; block < network.Stages[stage].Count; block++)
                x = Block($"layer{stage + 1}.{block}", network.Stages[stage][block], x); // [N, w * 2^stage, h, w]
        }

        x = graph.GlobalAveragePool("backbone/avgpool", x); // [N, D, 1, 1]
        return graph.Flatten("backbone/flatten", x); // [N, D]

        string Block(string name, ResidualBlock block, string input)
        {
            string main = input;
            for (int i = 0; i < block.Layers.Count; i++)
            {
                main = ConvNorm($"{name}.conv{i + 1}", block.Layers[i].Conv, block.Layers[i].Norm, main);
                if (i < block.Layers.Count - 1) main = graph.Relu($"backbone/{name}.relu{i + 1}", main);
            }

            string shortcut = block.Downsample is { } downsample ? ConvNorm($"{name}.downsample.0", downsample.Conv, downsample.Norm, input) : input;
            return graph.Relu($"backbone/{name}.relu{block.Layers.Count}", graph.Add($"backbone/{name}.add", main, shortcut));
        }

        string ConvNorm(string name, Conv2d conv, BatchNorm2d norm, string input) =>
            graph.Conv($"backbone/{name}", input, FoldedConvolution.Of(name, conv, norm), precision);
    }
}
