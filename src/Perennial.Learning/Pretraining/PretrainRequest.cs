using Perennial.Core.Corpus;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Pretraining;

/// <summary>What to train on, how, and where the run keeps its files.</summary>
/// <param name="Recipe">The hyper-parameters.</param>
/// <param name="Tiles">Decoded images of the recipe's size.</param>
/// <param name="TrainRows">Rows of <paramref name="Tiles"/> that are learned from.</param>
/// <param name="OutputDirectory">Gets <c>recipe.yaml</c>, <c>log.jsonl</c>, <c>tensorboard/</c> and <c>checkpoints/</c>.</param>
public sealed record PretrainRequest(Recipe Recipe, TileSet Tiles, IReadOnlyList<int> TrainRows, string OutputDirectory)
{
    /// <summary>Go on from the newest checkpoint in the output directory, if there is one.</summary>
    public bool Resume { get; init; }

    /// <summary>Steps by which a finished run is made longer: the learning rate warms up again and falls once more. Only with <see cref="Resume"/>; 0 to leave it as it is.</summary>
    public long ExtendBy { get; init; }

    /// <summary>A <c>weights.safetensors</c> to start from instead of random weights; same backbone, width and stem.</summary>
    public string? InitialWeights { get; init; }

    /// <summary>Measures the encoder as it goes, e.g. kNN accuracy in [0, 1]; null without labels. The encoder is in evaluation mode meanwhile.</summary>
    public Func<Encoder, double>? Probe { get; init; }

    /// <summary>Longest time between two checkpoints.</summary>
    public TimeSpan BetweenCheckpoints { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time between two reports of progress within an epoch; each epoch's end is reported as well.</summary>
    public TimeSpan BetweenReports { get; init; } = TimeSpan.FromSeconds(0.5);
}
