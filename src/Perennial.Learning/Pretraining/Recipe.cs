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
    [AllowedValues("simclr", "byol", "moco", "mocov3", "swav", "dino", "vicreg", "barlow", "simsiam")]
    public string Method { get; init; } = "simclr";

    /// <summary>The network: see <see cref="Networks.Backbone.Names"/>.</summary>
    [AllowedValues("resnet10", "resnet18", "resnet34", "resnet50", "vit_tiny", "vit_small", "vit_base")]
    public string Backbone { get; init; } = "resnet18";

    /// <summary>
    /// Channels of a ResNet's first stage, or of each attention head of a ViT; 64 is the usual network. The embedding has eight times as many dimensions
    /// (resnet50: 32 times; vit_tiny, vit_small, vit_base: 3, 6, 12 times).
    /// </summary>
    [Range(8, 1024)]
    public int Width { get; init; } = 64;

    /// <summary>Side of the square input in pixels; up to 64 the network has the 3x3 stem without pooling.</summary>
    [Range(16, 512)]
    public int ImageSize { get; init; } = 32;

    /// <summary>Side of a ViT's patches in pixels, a divisor of every view's size; 0 for 4 up to 64 pixels and 16 above.</summary>
    [UsedBy("vit_tiny", "vit_small", "vit_base")]
    [Range(0, 64)]
    public int PatchSize { get; init; }

    /// <summary>Leave a ViT's patch embedding as it was drawn: without it, training is unstable with large batches (MoCo v3, section 4).</summary>
    [UsedBy("vit_tiny", "vit_small", "vit_base")]
    public bool FreezePatchEmbed { get; init; }

    /// <summary>Passes over the training images.</summary>
    [Range(1, 100_000)]
    public int Epochs { get; init; } = 200;

    /// <summary>Images that go through the networks at once, each seen in two views. Contrastive losses take their negatives from the batch.</summary>
    [Range(2, 65_536)]
    public int BatchSize { get; init; } = 512;

    /// <summary>
    /// Batches a step: a step learns from batch_size x accumulate images in the memory of one batch. The gradient is that of the large batch: by adding up
    /// where the loss is a mean over images (byol, simsiam, moco, dino), by two passes (GradCache) where it compares images with each other.
    /// </summary>
    [Range(1, 4096)]
    public int Accumulate { get; init; } = 1;

    /// <summary>Images a step.</summary>
    public int LargeBatchSize => BatchSize * Accumulate;

    /// <summary>sgd (with momentum), adamw, or lars (for batches in the thousands).</summary>
    [AllowedValues("sgd", "adamw", "lars")]
    public string Optimizer { get; init; } = "sgd";

    /// <summary>The highest learning rate of the schedule, as applied: it is not scaled with the batch.</summary>
    [Range(1e-8, 100)]
    public double LearningRate { get; init; } = 0.24;

    /// <summary>Linear warm-up from nothing to the highest rate; a cosine to zero follows. May be a fraction of an epoch.</summary>
    [Range(0, 1000)]
    public double WarmupEpochs { get; init; }

    /// <summary>sgd and lars: added to the gradient (L2); adamw: decoupled.</summary>
    [Range(0, 1)]
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>Weight decay at the end of the run, reached by half a cosine; below 0 it stays as it is.</summary>
    [Range(-1, 1)]
    public double WeightDecayEnd { get; init; } = -1;

    /// <summary>No weight decay on biases and norm layers, and no trust ratio of lars.</summary>
    public bool ExcludeBiasAndNorm { get; init; }

    /// <summary>Longest gradient, over all parameters together; a longer one is shortened to it. 0 leaves them as they are.</summary>
    [Range(0, 1000)]
    public double ClipGradient { get; init; }

    /// <summary>Momentum of sgd and lars.</summary>
    [Range(0, 0.9999)]
    public double Momentum { get; init; } = 0.9;

    /// <summary>τ of the loss; of the student in dino.</summary>
    [UsedBy("simclr", "moco", "mocov3", "swav", "dino")]
    [Range(0.001, 100)]
    public double Temperature { get; init; } = 0.5;

    /// <summary>Hidden width of the projection head.</summary>
    [Range(1, 65_536)]
    public int ProjectionHidden { get; init; } = 512;

    /// <summary>Output length of the projection head; of its bottleneck in dino.</summary>
    [Range(2, 65_536)]
    public int ProjectionDim { get; init; } = 128;

    /// <summary>Linear layers of the projection head.</summary>
    [UsedBy("mocov3", "vicreg", "barlow", "simsiam")]
    [Range(2, 4)]
    public int ProjectionLayers { get; init; } = 2;

    /// <summary>Hidden width of the predictor.</summary>
    [UsedBy("byol", "mocov3", "simsiam")]
    [Range(1, 65_536)]
    public int PredictionHidden { get; init; } = 512;

    /// <summary>Batch norm in the hidden layers of the head: for ResNets.</summary>
    [UsedBy("dino")]
    public bool HeadNorm { get; init; } = true;

    /// <summary>m of the momentum network, at the start of the run.</summary>
    [UsedBy("byol", "moco", "mocov3", "dino")]
    [Range(0, 1)]
    public double EmaDecay { get; init; } = 0.99;

    /// <summary>m of the momentum network at the end of the run, reached by half a cosine.</summary>
    [UsedBy("byol", "moco", "mocov3", "dino")]
    [Range(0, 1)]
    public double EmaDecayEnd { get; init; } = 1;

    /// <summary>Embeddings kept from earlier steps: negatives in moco, company for the assignment in swav (0 for none). A multiple of what a step brings.</summary>
    [UsedBy("moco", "swav")]
    [Range(0, 10_000_000)]
    public int QueueSize { get; init; }

    /// <summary>The queue is used from this epoch on.</summary>
    [UsedBy("swav")]
    [Range(0, 100_000)]
    public double QueueFromEpoch { get; init; }

    /// <summary>Both views ask and both give keys: twice the work a step, for a better encoder.</summary>
    [UsedBy("moco")]
    public bool Symmetric { get; init; } = true;

    /// <summary>Groups of keys with batch norm statistics of their own.</summary>
    [UsedBy("moco")]
    [Range(1, 64)]
    public int BnSplits { get; init; } = 8;

    /// <summary>K: prototypes of swav, outputs of dino.</summary>
    [UsedBy("swav", "dino")]
    [Range(2, 1_000_000)]
    public int Prototypes { get; init; } = 512;

    /// <summary>Epochs during which the prototypes, or the last layer, are held still.</summary>
    [UsedBy("swav", "dino")]
    [Range(0, 1000)]
    public double FreezeLastLayerEpochs { get; init; } = 1;

    /// <summary>τ of the teacher after its warm-up; below the student's.</summary>
    [UsedBy("dino")]
    [Range(0.001, 1)]
    public double TeacherTemperature { get; init; } = 0.04;

    /// <summary>τ of the teacher at the start.</summary>
    [UsedBy("dino")]
    [Range(0.001, 1)]
    public double TeacherTemperatureStart { get; init; } = 0.04;

    /// <summary>Epochs in which it goes from one to the other.</summary>
    [UsedBy("dino")]
    [Range(0, 1000)]
    public double TeacherWarmupEpochs { get; init; }

    /// <summary>λ: weight of the cross-correlation's other entries.</summary>
    [UsedBy("barlow")]
    [Range(0, 1)]
    public double OffDiagonalWeight { get; init; } = 0.005;

    /// <summary>Weight of the distance between the views.</summary>
    [UsedBy("vicreg")]
    [Range(0, 1000)]
    public double InvarianceWeight { get; init; } = 25;

    /// <summary>Weight of the variance term.</summary>
    [UsedBy("vicreg")]
    [Range(0, 1000)]
    public double VarianceWeight { get; init; } = 25;

    /// <summary>Weight of the covariance term.</summary>
    [UsedBy("vicreg")]
    [Range(0, 1000)]
    public double CovarianceWeight { get; init; } = 1;

    /// <summary>Small crops beside the two large views.</summary>
    [UsedBy("swav", "dino")]
    [Range(0, 32)]
    public int LocalCrops { get; init; }

    /// <summary>
    /// bf16 or fp16 (autocast, fp16 with a scaled loss), off (float32) or auto: bf16 where the processor multiplies it itself, about twice as fast there and
    /// far slower elsewhere.
    /// </summary>
    [AllowedValues("auto", "bf16", "fp16", "off")]
    public string Amp { get; init; } = "auto";

    /// <summary>Source of all randomness: initial weights, order of the images, views.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; init; } = 1;

    /// <summary>Measure kNN accuracy after every so many epochs where labels exist; 0 only at the end.</summary>
    [Range(0, 100_000)]
    public int KnnEvery { get; init; } = 5;

    /// <summary>How the random views are drawn.</summary>
    public ViewParameters Views { get; init; } = new();

    /// <summary>How the second view is drawn where it differs from <see cref="Views"/>.</summary>
    public ViewParameters SecondView { get; init; } = new();

    /// <summary>How small crops are drawn where they differ from <see cref="Views"/>; their <c>size</c> may be smaller.</summary>
    [UsedBy("swav", "dino")]
    public ViewParameters LocalViews { get; init; } = new();

    /// <summary>Two large views, then the small ones.</summary>
    internal IReadOnlyList<ViewParameters> AllViews() => [Views, SecondView, .. Enumerable.Repeat(LocalViews, LocalCrops)];

    /// <summary>What is wrong between two values, in a sentence; null when nothing is.</summary>
    internal string? Contradiction()
    {
        int brought = Method == "moco" && Symmetric ? 2 * LargeBatchSize : LargeBatchSize;
        int patch = Description.PatchSize ?? 1;
        return AllViews().Select(view => view.Size).Append(ImageSize).FirstOrDefault(size => size % patch != 0) is > 0 and int size ? $"patches of {patch} px do not divide images of {size} px: choose another patch_size or size"
            : Views.Contradiction() is { } first ? "views: " + first
            : SecondView.Contradiction() is { } second ? "second_view: " + second
            : LocalViews.Contradiction() is { } local ? "local_views: " + local
            : Method == "moco" && QueueSize == 0 ? "queue_size is 0, but moco takes its negatives from the queue"
            : Method is "moco" or "swav" && QueueSize % brought != 0 ? $"queue_size {QueueSize} is not a multiple of the {brought} embeddings that a step brings"
            : Method == "moco" && BatchSize / BnSplits < 2 ? $"batch_size {BatchSize} does not fill bn_splits {BnSplits} with two images each"
            : null;
    }

    /// <summary>The network that this recipe trains.</summary>
    public Core.Generations.BackboneDescription Description => Networks.Backbone.Describe(Backbone, Width, ImageSize, PatchSize > 0 ? PatchSize : null);

    /// <summary>Reads a recipe by the name of a file in <c>recipes/</c> beside the program (without <c>.yaml</c>) or by path, and replaces keys.</summary>
    /// <param name="nameOrPath">"simclr", or "./my.yaml".</param>
    /// <param name="overrides">Key to value as text, e.g. "epochs" to "50".</param>
    /// <exception cref="RecipeException">No such recipe, an unknown key, or a value that is not allowed; the message says what is.</exception>
    public static Recipe Load(string nameOrPath, IReadOnlyDictionary<string, string>? overrides = null) => RecipeFile.Load(nameOrPath, overrides);

    /// <summary>The recipes that <see cref="Load"/> knows by name.</summary>
    public static IReadOnlyList<string> Names() => RecipeFile.Names();

    /// <summary>Whole batches in one pass over so many images.</summary>
    /// <exception cref="RecipeException">Fewer than two: with one, every epoch would be the same batch.</exception>
    public int StepsPerEpoch(int trainImages) => trainImages / LargeBatchSize is >= LeastBatches and int steps ? steps : throw new RecipeException(trainImages < 2 * LeastBatches
        ? $"{trainImages} training images are too few to learn from: add images."
        : $"{trainImages} training images do not fill {LeastBatches} batches of {LargeBatchSize}: add images, or set batch_size to {trainImages / LeastBatches / Accumulate} or less.");

    /// <summary>All keys with the values as run.</summary>
    public string ToYaml() => RecipeKeys.Write(this);
}
