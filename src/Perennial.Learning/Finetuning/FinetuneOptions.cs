using Perennial.Learning.Views;

namespace Perennial.Learning.Finetuning;

/// <summary>How an encoder and its classifier are trained together on labelled images.</summary>
public sealed record FinetuneOptions
{
    /// <summary>Passes over the training images, 1 or more.</summary>
    public int Epochs { get; init; } = 30;

    /// <summary>Epochs during which the encoder is held still and the classifier learns alone, 0 or more.</summary>
    public int UnfreezeAfterEpoch { get; init; }

    /// <summary>Images a step, 2 or more.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>The highest rate of the schedule, for the classifier; above 0.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>The rate of each layer is that of the layer behind it times this, in (0, 1]: what the first layers know is worth keeping.</summary>
    public double LayerDecay { get; init; } = 0.75;

    /// <summary>Decoupled weight decay of AdamW, 0 or more.</summary>
    public double WeightDecay { get; init; } = 0.05;

    /// <summary>Epochs without a better validation loss after which training stops, 1 or more.</summary>
    public int Patience { get; init; } = 8;

    /// <summary>Of the validation split, the order and the views.</summary>
    public int Seed { get; init; }

    /// <summary>How training images are varied: gently, since colours and shapes may be what tells classes apart.</summary>
    public ViewParameters Views { get; init; } = new() { CropScaleMin = 0.5, JitterProbability = 0, GrayscaleProbability = 0 };
}
