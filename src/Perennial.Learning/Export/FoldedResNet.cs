using Perennial.Learning.Networks;
using TorchSharp.Modules;

namespace Perennial.Learning.Export;

/// <summary>A <see cref="ResNet"/> in evaluation mode as a sequence of operations, every batch norm folded into its convolution once. Names are torchvision's under <c>backbone/</c>.</summary>
/// <param name="network">It is only read.</param>
internal sealed class FoldedResNet(ResNet network)
{
    private readonly Dictionary<string, FoldedConvolution> _folded = [];

    /// <summary>Goes through the network in the order of computation.</summary>
    /// <param name="x">Normalised images [N, 3, H, W].</param>
    /// <param name="operations">What is done at each step.</param>
    /// <returns>Features [N, D], not normalised.</returns>
    /// <exception cref="ExportException">A convolution cannot be folded.</exception>
    public T Run<T>(T x, IResNetOperations<T> operations)
    {
        x = ConvNorm("conv1", network.Conv1, network.Bn1, operations.Images(x), "relu"); // [N, w, H, W], or half of H and W
        if (network.Description.Stem == "imagenet")
            x = operations.MaxPool("backbone/maxpool", x, kernel: 3, stride: 2, padding: 1); // [N, w, H/4, W/4]
        for (int stage = 0; stage < network.Stages.Count; stage++)
        {
            for (int block = 0; block < network.Stages[stage].Count; block++)
                x = Block($"layer{stage + 1}.{block}", network.Stages[stage][block], x); // [N, w * 2^stage, h, w]
        }
        return operations.Mean("backbone/avgpool", x); // [N, D]

        T Block(string name, ResidualBlock block, T input)
        {
            T main = input;
            for (int i = 0; i < block.Layers.Count; i++)
                main = ConvNorm($"{name}.conv{i + 1}", block.Layers[i].Conv, block.Layers[i].Norm, main, i < block.Layers.Count - 1 ? $"{name}.relu{i + 1}" : null);
            T shortcut = block.Downsample is { } downsample ? ConvNorm($"{name}.downsample.0", downsample.Conv, downsample.Norm, input, relu: null) : input;
            return operations.AddRelu($"backbone/{name}.add", main, shortcut, $"backbone/{name}.relu{block.Layers.Count}");
        }

        T ConvNorm(string name, Conv2d conv, BatchNorm2d norm, T input, string? relu)
        {
            if (!_folded.TryGetValue(name, out FoldedConvolution? folded)) _folded[name] = folded = FoldedConvolution.Of(name, conv, norm);
            return operations.Convolution($"backbone/{name}", input, folded, relu is null ? null : $"backbone/{relu}");
        }
    }
}
