using System.CommandLine;
using System.Globalization;
using Perennial.Learning.Finetuning;

namespace Perennial.Commands.Training;

/// <summary>The options of <c>finetune</c>.</summary>
internal sealed class FinetuneSettings
{
    private readonly Option<string> _labels = new("--labels") { Description = "Share of the training labels to use, evenly from the classes: 1%, 10%, 100%.", DefaultValueFactory = _ => "100%", HelpName = "SHARE" };
    private readonly Option<HeadKind> _head = new("--head") { Description = "auto, linear or mlp; linear where the encoder is trained.", DefaultValueFactory = _ => HeadKind.Auto };
    private readonly Option<int?> _unfreeze = new("--unfreeze-after-epoch") { Description = "Train the encoder too, from this epoch on (0: from the start); without it the encoder stays as it is.", HelpName = "N" };
    private readonly Option<int?> _epochs = new("--epochs") { Description = "Passes over the labelled images at most; 30 where not given. Only with --unfreeze-after-epoch, as the options below." };
    private readonly Option<int?> _batchSize = new("--batch-size") { Description = "Images a step; 64 where not given." };
    private readonly Option<double?> _learningRate = new("--learning-rate") { Description = "The highest of the schedule, for the classifier; 0.001 where not given." };
    private readonly Option<double?> _layerDecay = new("--layer-decay") { Description = "Each layer learns at this share of the rate of the layer behind it; 0.75 where not given, 1 for one rate." };
    private readonly Option<int?> _patience = new("--patience") { Description = "Stop after so many epochs without a better validation loss; 8 where not given." };
    private readonly Option<int> _seed = new("--seed") { Description = "Of splits, first weights, order and views.", DefaultValueFactory = _ => 0 };

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_labels, _head, _unfreeze, _epochs, _batchSize, _learningRate, _layerDecay, _patience, _seed])
        {
            command.Add(option);
        }
    }

    /// <exception cref="UsageException">A value that is not allowed, or one that means nothing without --unfreeze-after-epoch.</exception>
    public FinetuneChoice Read(ParseResult parsed)
    {
        int seed = parsed.GetValue(_seed);
        return new FinetuneChoice(new ClassifierOptions { Head = parsed.GetValue(_head), Seed = seed }, EndToEnd(parsed, seed), Share(parsed.GetValue(_labels)!), seed);
    }

    private FinetuneOptions? EndToEnd(ParseResult parsed, int seed)
    {
        if (parsed.GetValue(_unfreeze) is not { } unfreeze)
        {
            Option? stray = ((Option[])[_epochs, _batchSize, _learningRate, _layerDecay, _patience]).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });
            return stray is null ? null : throw new UsageException($"{stray.Name} means nothing while the encoder stays as it is: add --unfreeze-after-epoch 0.");
        }
        if (parsed.GetValue(_head) == HeadKind.Mlp)
        {
            throw new UsageException("--head mlp is for an encoder that stays as it is: leave --unfreeze-after-epoch away, or the --head.");
        }
        FinetuneOptions defaults = new();
        FinetuneOptions options = defaults with
        {
            UnfreezeAfterEpoch = unfreeze,
            Epochs = parsed.GetValue(_epochs) ?? defaults.Epochs,
            BatchSize = parsed.GetValue(_batchSize) ?? defaults.BatchSize,
            LearningRate = parsed.GetValue(_learningRate) ?? defaults.LearningRate,
            LayerDecay = parsed.GetValue(_layerDecay) ?? defaults.LayerDecay,
            Patience = parsed.GetValue(_patience) ?? defaults.Patience,
            Seed = seed,
        };
        return unfreeze < 0 ? throw new UsageException($"--unfreeze-after-epoch {unfreeze} is below 0.")
            : options.Epochs < 1 ? throw new UsageException($"--epochs {options.Epochs} is below 1.")
            : unfreeze >= options.Epochs ? throw new UsageException($"--unfreeze-after-epoch {unfreeze} is not before the last of {options.Epochs} epochs: the encoder would never be trained.")
            : options.BatchSize < 2 ? throw new UsageException($"--batch-size {options.BatchSize} is below 2.")
            : options.LearningRate is not (> 0 and <= 1) ? throw new UsageException($"--learning-rate {options.LearningRate} is not above 0 and at most 1.")
            : options.LayerDecay is not (> 0 and <= 1) ? throw new UsageException($"--layer-decay {options.LayerDecay} is not above 0 and at most 1.")
            : options.Patience < 1 ? throw new UsageException($"--patience {options.Patience} is below 1.")
            : options;
    }

    private static double Share(string text)
    {
        bool percent = text.EndsWith('%');
        return double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && number <= (percent ? 100 : 1)
            ? (percent ? number / 100 : number)
            : throw new UsageException($"--labels {text} is not a share: give one such as 1%, 10% or 100%.");
    }
}
