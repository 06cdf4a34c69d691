using System.Globalization;
using Perennial.Core.Generations;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>
/// A vision transformer without its classifier: the image in patches, each a token, one class token before them, twelve blocks of attention and
/// perceptron; the class token at the end is the feature vector. Parameter names are timm's, so weights travel to and from PyTorch by name.
/// Images of another size than the network's are welcome if patches divide them: the position embeddings are interpolated.
/// </summary>
/// <remarks>
/// Sources: Dosovitskiy et al., "An Image is Worth 16x16 Words", arXiv:2010.11929; the tiny and small sizes: Touvron et al., arXiv:2012.12877, table 1.
/// </remarks>
public sealed class VisionTransformer : Backbone
{
    /// <summary>Blocks of every size.</summary>
    private const int Depth = 12;

    private const string Stem = "patch", Positions = "pos_embed";

    private static readonly Dictionary<string, int> HeadsOf = new(StringComparer.Ordinal)
    {
        ["vit_tiny"] = 3,
        ["vit_small"] = 6,
        ["vit_base"] = 12,
    };

    private readonly int _grid;

    private VisionTransformer(BackboneDescription description, int patch, int size) : base(description)
    {
        Heads = HeadsOf[description.Name];
        int d = Features = Heads * description.Width;
        _grid = size / patch;
        ClassToken = Owned(zeros(1, 1, d));
        PositionEmbedding = Owned(zeros(1, 1 + _grid * _grid, d));
        Patches = Conv2d(3, d, patch, stride: patch);
        Blocks = [.. Enumerable.Range(0, Depth).Select(_ => new TransformerBlock(d, Heads))];
        Norm = LayerNorm(d, TransformerBlock.Epsilon);
        register_parameter("cls_token", ClassToken);
        register_parameter(Positions, PositionEmbedding);
        register_module("patch_embed", new PatchEmbedding(Patches));
        register_module("blocks", ModuleList([.. Blocks]));
        register_module("norm", Norm);
    }

    /// <summary>The architectures that <see cref="Create"/> knows.</summary>
    public static new IReadOnlyCollection<string> Names => HeadsOf.Keys;

    /// <summary>D: width times 3, 6 or 12.</summary>
    public override int Features { get; }

    /// <summary>Attention heads a block.</summary>
    public int Heads { get; }

    /// <summary>[1, 1, D].</summary>
    public Parameter ClassToken { get; }

    /// <summary>[1, 1 + (size / patch)², D]; the first belongs to the class token.</summary>
    public Parameter PositionEmbedding { get; }

    /// <summary>The convolution that makes a token of each patch.</summary>
    public Conv2d Patches { get; }

    /// <summary>In order of execution.</summary>
    public IReadOnlyList<TransformerBlock> Blocks { get; }

    /// <summary>Behind the last block.</summary>
    public LayerNorm Norm { get; }

    internal override string ClassifierPrefix => "head.";

    internal override int Layers => Depth + 1;

    // "blocks.0." to "blocks.11.", the norm behind the last with it, or what comes before them.
    internal override int LayerOf(string parameter) =>
        parameter.StartsWith("blocks.", StringComparison.Ordinal) ? 1 + int.Parse(parameter.Split('.')[1], CultureInfo.InvariantCulture)
        : parameter.StartsWith("norm.", StringComparison.Ordinal) ? Depth : 0;

    /// <inheritdoc cref="Backbone.Describe"/>
    public static new BackboneDescription Describe(string name, int width, int imageSize, int? patchSize) =>
        new(name, width, Stem) { ImageSize = imageSize, PatchSize = patchSize ?? (imageSize <= ResNet.LargestSmallImage ? 4 : 16) };

    /// <summary>Builds the network with timm's random initialisation, drawn from torch's global generator.</summary>
    /// <exception cref="ArgumentException">A value of the description is unknown or out of range.</exception>
    public static new VisionTransformer Create(BackboneDescription description)
    {
        if (description.Stem != Stem) throw Refused($"Stem '{description.Stem}' is not a ViT's, which is '{Stem}'.");
        if (description.Width is < 1 or > 1024) throw Refused($"Backbone width {description.Width} is outside 1 to 1024.");
        if (description is not { PatchSize: >= 1 and int patch, ImageSize: >= 1 and int size }) throw Refused("A ViT needs a patch size and an image size.");
        if (size % patch != 0) throw Refused($"Patches of {patch} px do not divide images of {size} px.");
        var network = new VisionTransformer(description, patch, size);
        network.Initialise();
        return network;

        static ArgumentException Refused(string message) => new(message, nameof(description));
    }

    /// <param name="input">[N, 3, H, W], normalised; H and W are multiples of the patch size.</param>
    /// <returns>[N, D]: the class token behind the last norm.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        Tensor patches = Patches.call(input);                                                    // [N, D, h, w]
        Tensor positions = At(patches.shape[2], patches.shape[3]);                               // [1, 1 + h·w, D]
        Tensor tokens = patches.flatten(2).transpose(1, 2);                                      // [N, h·w, D]
        Tensor x = cat([ClassToken.expand(tokens.shape[0], -1, -1).to(tokens.dtype), tokens], 1) + positions; // [N, 1 + h·w, D]
        foreach (var block in Blocks) x = block.call(x);
        return Norm.call(x.select(1, 0)).MoveToOuterDisposeScope();                              // [N, D]
    }

    /// <summary>Takes the patch embedding out of the training.</summary>
    internal void FreezePatchEmbedding()
    {
        foreach (var parameter in Patches.parameters()) parameter.requires_grad = false;
    }

    /// <summary>Position embeddings of weights that were trained at another image size are interpolated to this network's grid.</summary>
    internal override Tensor Fit(string name, Tensor loaded)
    {
        if (name != Positions || loaded.ndim != 3 || loaded.shape[2] != Features) return loaded;
        long side = (long)Math.Sqrt(loaded.shape[1] - 1);
        return side * side == loaded.shape[1] - 1 ? Resized(loaded, side, _grid, _grid) : loaded;
    }

    private Tensor At(long rows, long columns) => Resized(PositionEmbedding, _grid, rows, columns);

    // The class token's stays; the others are an image of D channels. Bicubic, as DINO does for its small crops.
    private static Tensor Resized(Tensor positions, long side, long rows, long columns)
    {
        if (side == rows && side == columns) return positions;
        long d = positions.shape[2];
        Tensor grid = positions.narrow(1, 1, side * side).reshape(1, side, side, d).permute(0, 3, 1, 2); // [1, D, s, s]
        Tensor resized = functional.interpolate(grid, size: [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([positions.narrow(1, 0, 1), resized.flatten(2).transpose(1, 2)], 1);                   // [1, 1 + h·w, D]
    }

    // A parameter made inside a caller's dispose scope would be gone with it.
    private static Parameter Owned(Tensor values) => (Parameter)Parameter(values).DetachFromDisposeScope();

    // The patch convolution keeps torch's own initialisation, as in timm, whose truncation at 2 is a hundred deviations out: it leaves a normal distribution.
    // TorchSharp's trunc_normal_ (0.107) multiplies by the mean and adds the deviation: all weights alike, and now and then one that is not a number.
    private void Initialise()
    {
        using var noGradient = no_grad();
        init.normal_(ClassToken, std: 1e-6);
        init.normal_(PositionEmbedding, std: 0.02);
        foreach (var (_, module) in named_modules())
        {
            if (module is not Linear linear) continue;
            init.normal_(linear.weight, std: 0.02);
            init.zeros_(linear.bias!);
        }
    }

    /// <summary>Holds the convolution under timm's name, <c>patch_embed.proj</c>.</summary>
    private sealed class PatchEmbedding : Module<Tensor, Tensor>
    {
        private readonly Conv2d _convolution;

        public PatchEmbedding(Conv2d convolution) : base(nameof(PatchEmbedding))
        {
            _convolution = convolution;
            register_module("proj", convolution);
        }

        protected override void RegisterComponents() { }

        public override Tensor forward(Tensor input) => _convolution.call(input);
    }
}
