using System.Globalization;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;

namespace Perennial.Learner;

/// <summary>A classifier on the serving generation's frozen encoder: the new generation has the same encoder, byte for byte, so no vector changes.</summary>
internal sealed class FinetuneJob(LearnContext context)
{
    /// <summary>With fewer held-out images an accuracy says too little to refuse a classifier for it.</summary>
    private const int EnoughHeldOut = 20;

    private readonly LearnerVoice _voice = context.Voice;

    public GenerationFolder Run(CancellationToken cancellationToken)
    {
        // :: Step 1: embeddings of the labelled images
        ClassifierOptions options = ClassifierOverrides.Read(context.Request.Overrides);
        GenerationFolder parent = context.Parent() ?? throw new GenerationException("There is no generation to finetune.");
        _voice.State(RunState.Running);
        using Encoder encoder = EncoderLoader.FromGeneration(parent);
        using TileSet tiles = context.Tiles(encoder.Preprocessing, labelled: true, LearnContext.Decoded, cancellationToken);
        int[] rows = [.. Enumerable.Range(0, tiles.Count)];
        ClassLabels labels = ClassLabels.Of(tiles.Labels.Select(label => label!));
        _voice.Progress(LearnContext.Decoded, $"{tiles.Count} labelled images of {labels.Classes.Count} classes are embedded.");
        Embeddings embeddings = EncoderRunner.Embed(encoder, tiles, rows, cancellationToken); // [N, D]

        // :: Step 2: the classifier, and what it is worth on images held out in turn
        _voice.Progress(0.4, "The classifier is trained.");
        using ClassifierFit fit = ClassifierTrainer.Fit(embeddings, labels.Indices, labels.Classes, options, cancellationToken);
        _voice.State(RunState.Evaluating);
        Verdict verdict = Judge(fit, labels);
        (IReadOnlyList<int> train, IReadOnlyList<int> test) = tiles.SplitRows();
        Scores scores = ReadScores(parent) ?? EncoderScores.Measure(encoder, tiles, train, test, cancellationToken);

        // :: Step 3: the generation
        _voice.State(RunState.Exporting);
        _voice.Progress(LearnContext.Evaluated, "The generation is written.");
        return context.Write(new ExportRequest
        {
            EncoderFrom = parent,
            Calibration = CalibrationImages.Of(tiles),
            Classifier = fit.Head,
            Labels = fit.Classes,
            Method = parent.Manifest.Method,
            RecipeYaml = parent.Manifest.RecipeYaml,
            Corpus = context.Summary,
            Evaluation = new EvaluationReport { Old = scores, New = scores, Verdict = verdict },
            Metrics = fit.HoldoutAccuracy is { } accuracy ? new Dictionary<string, double> { ["classifier_accuracy"] = accuracy } : new Dictionary<string, double>(),
            Parent = parent.Number,
            Run = context.Request.RunId,
            Seeds = new Dictionary<string, long> { ["classifier"] = options.Seed },
            Duration = context.Duration,
        }, cancellationToken);
    }

    /// <summary>The encoder is the one that serves; the classifier must do better than guessing.</summary>
    private static Verdict Judge(ClassifierFit fit, ClassLabels labels)
    {
        double frequent = labels.Indices.CountBy(label => label).Max(count => count.Value) / (double)labels.Indices.Length;
        System.Text.StringBuilder sentence = new();
        sentence.Append(CultureInfo.InvariantCulture, $"The encoder is unchanged; the classifier knows {fit.Classes.Count} labels from {fit.Images} images");
        if (fit.HoldoutAccuracy is not { } accuracy) return new Verdict(true, [sentence.Append("; too few to hold any out.").ToString()]);
        sentence.Append(CultureInfo.InvariantCulture, $" and names {accuracy:P1} of {fit.HoldoutImages} held-out ones rightly; always naming the most frequent label would be right for {frequent:P1}.");
        bool accepted = fit.HoldoutImages < EnoughHeldOut || accuracy > 1.0 / fit.Classes.Count;
        return new Verdict(accepted, [sentence.ToString()]);
    }

    private static Scores? ReadScores(GenerationFolder parent)
    {
        string path = parent.File(GenerationFiles.Evaluation);
        return File.Exists(path) ? EvaluationReport.Read(path).New : null;
    }
}
