using Perennial.Core.Generations;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// A residual network without its classifier: images in, one feature vector each out. Parameter names and initialisation are
/// torchvision's, so weights travel to and from PyTorch by name (there is no <c>fc</c>).
/// Source: He et al., Deep Residual Learning for Image Recognition, 2015, arXiv:1512.03385. The small stem for images of up to 64 pixels
/// is that of SimCLR's CIFAR experiments (Chen et al., 2020, appendix B.9, arXiv:2002.05709).
/// </summary>
public sealed class ResNet : Backbone
{
    /// <summary>Images of up to this many pixels a side get the small stem.</summary>
    public const int LargestSmallImage = 64;

    private const string Bottlenecked = "resnet50";

    private static readonly Dictionary<string, int[]> BlocksPerStage = new(StringComparer.Ordinal)
    {
        ["resnet10"] = [1, 1, 1, 1],
        ["resnet18"] = [2, 2, 2, 2],
        ["resnet34"] = [3, 4, 6, 3],
        [Bottlenecked] = [3, 4, 6, 3],
    };

    private readonly Sequential[] _layers;

    private ResNet(BackboneDescription description) : base(description)
    {
        int width = description.Width;
        Conv1 = SmallStem(description)
            ? Conv2d(3, width, 3, stride: 1, padding: 1, bias: false)
            : Conv2d(3, width, 7, stride: 2, padding: 3, bias: false);
        Bn1 = BatchNorm2d(width);
        register_module("conv1", Conv1);
        register_module("bn1", Bn1);

        Features = 8 * width * (Bottlenecks ? ResidualBlock.Expansion : 1);
        int[] blocks = BlocksPerStage[description.Name];
        Stages = [.. Enumerable.Range(0, 4).Select(stage => Stage(stage, width, blocks[stage], Bottlenecks))];
        _layers = [.. Stages.Select(stage => Sequential(stage))];
        for (int i = 0; i < 4; i++) register_module($"layer{i + 1}", _layers[i]);
    }

    /// <summary>D, the length of the feature vector: eight times the width, 32 times with bottlenecks.</summary>
    public override int Features { get; }

    public Conv2d Conv1 { get; }
    public BatchNorm2d Bn1 { get; }

    /// <summary>The blocks of layer1 to layer4, in order of execution.</summary>
    public IReadOnlyList<IReadOnlyList<ResidualBlock>> Stages { get; }

    /// <summary>The architectures that <see cref="Create"/> knows.</summary>
    public static new IReadOnlyCollection<string> Names => BlocksPerStage.Keys;

    internal override string ClassifierPrefix => "fc.";

    internal override int Layers => 5;

    // "layer1" to "layer4", or the stem.
    internal override int LayerOf(string parameter) => parameter.StartsWith("layer", StringComparison.Ordinal) ? parameter[5] - '0' : 0;

    /// <summary>The description for images of <paramref name="imageSize"/> pixels a side: small stem up to 64, ImageNet's above.</summary>
    public static BackboneDescription Describe(string name, int width, int imageSize) =>
        new(name, width, imageSize <= LargestSmallImage ? "small" : "imagenet");

    /// <summary>Builds the network with torchvision's random initialisation, drawn from torch's global generator.</summary>
    /// <param name="description">Name, width (1 to 1024) and stem.</param>
    /// <param name="zeroInitResidual">Start each block's last batch norm at 0, so that the block is the identity (Goyal et al., 2017, arXiv:1706.02677).</param>
    /// <exception cref="ArgumentException">The architecture, the stem or the width is unknown or out of range.</exception>
    public static ResNet Create(BackboneDescription description, bool zeroInitResidual = false)
    {
        if (!BlocksPerStage.ContainsKey(description.Name))
            throw new ArgumentException($"Backbone '{description.Name}' is not known. Known are: {string.Join(", ", Names)}.", nameof(description));
        if (description.Width is < 1 or > 1024)
            throw new ArgumentException($"Backbone width {description.Width} is outside 1 to 1024.", nameof(description));
        if (description.Stem is not ("small" or "imagenet"))
            throw new ArgumentException($"Stem '{description.Stem}' is not known. Known are: small, imagenet.", nameof(description));
        var network = new ResNet(description);
        network.Initialise(zeroInitResidual);
        return network;
    }

    /// <param name="input">[N, 3, H, W], normalised</param>
    /// <returns>Features [N, D], global average of the last stage, not normalised.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = functional.relu(Bn1.call(Conv1.call(input)), inplace: true);     // [N, w, H, W] or [N, w, H/2, W/2]
        if (!SmallStem(Description)) x = functional.max_pool2d(x, 3, stride: 2, padding: 1); // [N, w, H/4, W/4]
        foreach (var layer in _layers) x = layer.call(x);                        // [N, D, h, w]
        return x.mean([2, 3]).MoveToOuterDisposeScope();                         // [N, D]
    }

    private bool Bottlenecks => Description.Name == Bottlenecked;

    private static bool SmallStem(BackboneDescription description) => description.Stem == "small";

    private static ResidualBlock[] Stage(int stage, int width, int blocks, bool bottlenecks)
    {
        int channels = width << stage, output = channels * (bottlenecks ? ResidualBlock.Expansion : 1);
        int inputChannels = stage == 0 ? width : output / 2;
        Func<int, int, int, ResidualBlock> block = bottlenecks ? ResidualBlock.Bottleneck : ResidualBlock.Basic;
        return [.. Enumerable.Range(0, blocks).Select(i => i == 0
            ? block(inputChannels, channels, stage == 0 ? 1 : 2)
            : block(output, channels, 1))];
    }

    // Batch norm starts at weight 1 and bias 0 by itself.
    private void Initialise(bool zeroInitResidual)
    {
        foreach (var (_, module) in named_modules())
            if (module is Conv2d conv)
                init.kaiming_normal_(conv.weight, mode: init.FanInOut.FanOut, nonlinearity: init.NonlinearityType.ReLU);
        if (!zeroInitResidual) return;
        foreach (var block in Stages.SelectMany(stage => stage)) init.zeros_(block.Layers[^1].Norm.weight);
    }
}
