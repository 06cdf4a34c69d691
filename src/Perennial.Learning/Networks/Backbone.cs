using Perennial.Core.Generations;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Perennial.Learning.Networks;

/// <summary>A network without a classifier: images in, one feature vector each out.</summary>
public abstract class Backbone : Module<Tensor, Tensor>
{
    private protected Backbone(BackboneDescription description) : base(description.Name) => Description = description;

    /// <summary>The architectures that <see cref="Create"/> knows.</summary>
    public static IReadOnlyList<string> Names => [.. ResNet.Names, .. VisionTransformer.Names];

    /// <summary>What <see cref="Create"/> was given.</summary>
    public BackboneDescription Description { get; }

    /// <summary>D, the length of the feature vector.</summary>
    public abstract int Features { get; }

    /// <summary>Where the weights are.</summary>
    public Device Device => parameters().First().device;

    /// <summary>How tensors of a classifier that sits on this network begin in the files of others: "fc." or "head.".</summary>
    internal abstract string ClassifierPrefix { get; }

    /// <summary>Number of layers that may learn at rates of their own: the stem is layer 0.</summary>
    internal abstract int Layers { get; }

    /// <summary>The layer that a parameter belongs to, 0 .. <see cref="Layers"/> - 1.</summary>
    /// <param name="parameter">Its name.</param>
    internal abstract int LayerOf(string parameter);

    /// <summary>The description for images of <paramref name="imageSize"/> pixels a side.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="width">64 is the usual network.</param>
    /// <param name="imageSize">In pixels; decides a ResNet's stem and a ViT's position embeddings.</param>
    /// <param name="patchSize">Of a ViT, in pixels; null for 4 up to 64 pixels and 16 above. Null for a ResNet.</param>
    public static BackboneDescription Describe(string name, int width, int imageSize, int? patchSize = null) => VisionTransformer.Names.Contains(name)
        ? VisionTransformer.Describe(name, width, imageSize, patchSize)
        : ResNet.Describe(name, width, imageSize);

    /// <summary>Builds the network with its authors' random initialisation, drawn from torch's global generator.</summary>
    /// <exception cref="ArgumentException">The architecture is unknown, or a value of the description is out of range.</exception>
    public static Backbone Create(BackboneDescription description) =>
        ResNet.Names.Contains(description.Name) ? ResNet.Create(description)
        : VisionTransformer.Names.Contains(description.Name) ? VisionTransformer.Create(description)
        : throw new ArgumentException($"Backbone '{description.Name}' is not known. Known are: {string.Join(", ", Names)}.", nameof(description));

    /// <summary>A tensor of a file in the shape that this network needs, where that is possible without guessing; else as it is.</summary>
    internal virtual Tensor Fit(string name, Tensor loaded) => loaded;

    // The children are registered by name in the constructors; TorchSharp would register the fields once more under their own names.
    protected sealed override void RegisterComponents() { }
}
