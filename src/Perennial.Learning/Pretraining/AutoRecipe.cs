using System.Globalization;

namespace Perennial.Learning.Pretraining;

/// <summary>Hyper-parameters that fit a corpus: the published recipes are for 50,000 images and more, and for hours on a GPU; most corpora are smaller.</summary>
/// <param name="Values">Keys of the method's recipe with other values.</param>
/// <param name="Reasons">What was chosen and why, a sentence each, for a person.</param>
public sealed record AutoRecipe(IReadOnlyDictionary<string, string> Values, IReadOnlyList<string> Reasons)
{
    /// <summary>The method where none is named: the one that learns the most in few steps.</summary>
    public const string DefaultMethod = "simclr";

    private const int StepsAnEpoch = 4;          // fewer, and an epoch says too little about the next
    private const double CpuImages = 200_000;    // that pass through the small network at 32 px in about ten minutes on two cores
    private const int FewestEpochs = 10, MostEpochs = 200;

    /// <summary>Chooses.</summary>
    /// <param name="method">A name that <see cref="Recipe.Method"/> may have.</param>
    /// <param name="images">Training images.</param>
    /// <param name="side">Their usual shorter side in pixels.</param>
    /// <param name="gpu">Whether the training runs on a GPU.</param>
    /// <exception cref="RecipeException">Fewer than four images.</exception>
    public static AutoRecipe For(string method, int images, int side, bool gpu)
    {
        if (images < StepsAnEpoch) throw new RecipeException($"{images} training images are too few to learn from: add images.");
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        List<string> reasons = [];

        int[] sizes = gpu ? [32, 64, 96, 128, 224] : [32, 64];
        int size = sizes.Where(candidate => candidate <= side).DefaultIfEmpty(sizes[0]).Max();
        Set($"the images are {side} px{(size < side && !gpu ? ", and on a CPU each doubling costs four times" : "")}", ("image_size", size));
        if (gpu) Set(images < 200_000 ? "on a GPU, for fewer than 200,000 images" : "on a GPU, for 200,000 images and more", ("backbone", images < 200_000 ? "resnet18" : "resnet50"), ("width", 64));
        else Set("small enough for a CPU", ("backbone", "resnet10"), ("width", 16));

        bool needsSteps = !gpu && method is "byol" or "simsiam" or "dino";
        int batch = Math.Max(2, Math.Min(gpu ? 512 : needsSteps ? 64 : 128, PowerOfTwo(images / StepsAnEpoch)));
        int steps = images / batch;
        Set($"{images:N0} images give {steps:N0} steps an epoch{(needsSteps ? ", and a method without negatives needs many" : "")}", ("batch_size", batch));
        int epochs = gpu ? MostEpochs : (int)Math.Clamp(CpuImages * 32 * 32 / ((double)images * size * size), FewestEpochs, MostEpochs);
        Set(gpu ? "as published" : "some ten minutes on two cores, and no fewer than ten passes", ("epochs", epochs), ("knn_every", Math.Max(1, epochs / 5)));
        Set("for few steps: AdamW needs no search for its rate", ("optimizer", "adamw"), ("learning_rate", needsSteps ? 0.002 : 0.002 * Math.Sqrt(batch / 128.0)), ("warmup_epochs", Math.Max(1, epochs / 20)), ("weight_decay", 1e-4));
        if (!gpu) Set("in proportion to the network", ("projection_hidden", 512), ("projection_dim", 128));

        long run = (long)steps * epochs;
        if (method == "simclr") Set("learns faster than 0.5 in short runs", ("temperature", 0.2));
        if (method is "byol" or "mocov3" or "dino")
            Set($"{run:N0} steps in all: a slower average would still be near its random start", ("ema_decay", run < 2_000 ? 0.95 : run < 20_000 ? 0.99 : 0.996));
        if (method is "byol" or "mocov3" && !gpu) Set("in proportion to the network", ("prediction_hidden", 512));
        if (method == "moco")
        {
            int brought = 2 * batch, queue = Math.Max(1, Math.Min(16_384, images / 2) / brought) * brought;
            Set("at most half of the images, or an image would meet itself in the queue as a negative", ("queue_size", queue), ("bn_splits", Math.Clamp(batch / 32, 1, 8)));
            Set("a faster average lets the network tell the queue's older keys by their age", ("ema_decay", run < 20_000 ? 0.99 : 0.999));
            if (!gpu) Set("learns faster than 0.2 in short runs", ("temperature", 0.1));
        }
        if (method is "swav" or "dino")
        {
            int each = method == "swav" ? 75 : 35;
            Set($"some {each} images for each", ("prototypes", Math.Clamp(PowerOfTwo(images / each), 16, 2048)));
        }
        if (method is "swav" && !gpu)
            Set("stronger changes of colour keep a short run at its beginning", ("views.brightness", 0.4), ("views.contrast", 0.4), ("views.saturation", 0.4), ("views.hue", 0.1), ("freeze_last_layer_epochs", 0.5));
        if (needsSteps) Set("views that are more alike are learned sooner", ("views.crop_scale_min", 0.2));
        if (method is "byol" or "dino" && !gpu) Set("a target that comes to rest towards the end", ("ema_decay_end", 1));
        if (method == "dino" && !gpu) Set("short runs have no time for more", ("freeze_last_layer_epochs", 0.2));
        return new AutoRecipe(values, reasons);

        void Set(string reason, params ReadOnlySpan<(string Key, object Value)> chosen)
        {
            List<string> told = [];
            foreach ((string key, object value) in chosen)
            {
                values[key] = Convert.ToString(value, CultureInfo.InvariantCulture)!;
                told.Add($"{key} {(value is double number ? number.ToString("G3", CultureInfo.InvariantCulture) : values[key])}");
            }
            reasons.Add($"{string.Join(", ", told)}: {reason}");
        }
    }

    /// <summary>The largest power of two that is not above <paramref name="number"/>, 1 or more.</summary>
    private static int PowerOfTwo(int number) => 1 << (int)Math.Log2(Math.Max(1, number));
}
