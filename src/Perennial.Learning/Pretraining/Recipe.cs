using System.ComponentModel.DataAnnotations;
using Perennial.Learning.Views;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Every hyper-parameter of a pretraining run. The files in <c>models/recipes</c> give the values and say why; a flag or an override
/// replaces one by its key, which is the property's name in snake_case (<c>batch_size</c>, <c>views.crop_scale_min</c>).
/// </summary>
public sealed record Recipe
{
    private const int LeastBatches = 2;

    /// <summary>The self-supervised method.</summary>
    [AllowedValues("simclr")]
    public string Method { get; init; } = "simclr";

    /// <summary>The network: see <see cref="Networks.ResNet.Names"/>.</summary>
    [AllowedValues("resnet10", "resnet18", "resnet34")]
    public string Backbone { get; init; } = "resnet18";

    /// <summary>
    /// Channels of the first stage; 64 is torchvision's. The embedding has eight times as many dimensions. Not below 8: on processors without AVX-512,
    /// oneDNN's weight gradient of a channels-last 1x1 convolution is wrong, and writes past its memory, for fewer input channels.
    /// </summary>
    [Range(8, 1024)]
    public int Width { get; init; } = 64;

    /// <summary>Side of the square input in pixels; up to 64 the network has the 3x3 stem without pooling.</summary>
    [Range(16, 512)]
    public int ImageSize { get; init; } = 32;

    /// <summary>Passes over the training images.</summary>
    [Range(1, 100_000)]
    public int Epochs { get; init; } = 200;

    /// <summary>Images a step, each seen in two views. Contrastive losses take their negatives from the batch.</summary>
    [Range(2, 65_536)]
    public int BatchSize { get; init; } = 512;

    /// <summary>sgd (with momentum) or adamw.</summary>
    [AllowedValues("sgd", "adamw")]
    public string Optimizer { get; init; } = "sgd";

    /// <summary>The highest learning rate of the schedule, as applied: it is not scaled with the batch.</summary>
    [Range(1e-8, 100)]
    public double LearningRate { get; init; } = 0.24;

    /// <summary>Linear warm-up from nothing to the highest rate; a cosine to zero follows. May be a fraction of an epoch.</summary>
    [Range(0, 1000)]
    public double WarmupEpochs { get; init; }

    /// <summary>sgd: added to the gradient (L2); adamw: decoupled.</summary>
    [Range(0, 1)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Momentum of sgd.</summary>
    [Range(0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>τ of the contrastive loss.</summary>
    [Range(0.001, 100)]
    public double Temperature { get; init; } = 0.5;

    /// <summary>Hidden width of the projection head.</summary>
    [Range(1, 65_536)]
    public int ProjectionHidden { get; init; } = 512;

    /// <summary>Output length of the projection head.</summary>
    [Range(2, 65_536)]
    public int ProjectionDim { get; init; } = 128;

    /// <summary>bf16 (autocast), off (float32) or auto: bf16 where the processor multiplies it itself, about twice as fast there and far slower elsewhere.</summary>
    [AllowedValues("auto", "bf16", "off")]
    public string Amp { get; init; } = "auto";

    /// <summary>Source of all randomness: initial weights, order of the images, views.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>Measure kNN accuracy after every so many epochs where labels exist; 0 only at the end.</summary>
    [Range(0, 100_000)]
    public int KnnEvery { get; init; } = 5;

    /// <summary>How the random views are drawn.</summary>
    public ViewParameters Views { get; init; } = new();

    /// <summary>The network that this recipe trains.</summary>
    public Core.Generations.BackboneDescription Description => Networks.ResNet.Describe(Backbone, Width, ImageSize);

    /// <summary>Reads a recipe by the name of a file in <c>recipes/</c> beside the program (without <c>.yaml</c>) or by path, and replaces keys.</summary>
    /// <param name="nameOrPath">"simclr", or "./my.yaml".</param>
    /// <param name="overrides">Key to value as text, e.g. "epochs" to "50".</param>
    /// <exception cref="RecipeException">No such recipe, an unknown key, or a value that is not allowed; the message says what is.</exception>
    public static Recipe Load(string nameOrPath, IReadOnlyDictionary<string, string>? overrides = null) => RecipeFile.Load(nameOrPath, overrides);

    /// <summary>The recipes that <see cref="Load"/> knows by name.</summary>
    public static IReadOnlyList<string> Names() => RecipeFile.Names();

    /// <summary>Whole batches in one pass over so many images.</summary>
    /// <exception cref="RecipeException">Fewer than two: with one, every epoch would be the same batch.</exception>
    public int StepsPerEpoch(int trainImages) => trainImages / BatchSize is >= LeastBatches and int steps ? steps : throw new RecipeException(trainImages < 2 * LeastBatches
        ? $"{trainImages} training images are too few to learn from: add images."
        : $"{trainImages} training images do not fill {LeastBatches} batches of {BatchSize}: add images, or set batch_size to {trainImages / LeastBatches} or less.");

    /// <summary>All keys with the values as run.</summary>
    public string ToYaml() => RecipeKeys.Write(this);
}
