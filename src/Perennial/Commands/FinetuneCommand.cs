using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Perennial.Commands.Models;
using Perennial.Commands.Plots;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;

namespace Perennial.Commands;

/// <summary><c>perennial finetune</c>: a classifier, on the encoder as it is (whose bytes are kept) or together with it.</summary>
internal static class FinetuneCommand
{
    private const string ConfusionFile = "confusion.png";

    public static Command Create()
    {
        Option<string> pretrained = new("--pretrained") { Description = "An output of pretrain, a generation, or a data directory.", Required = true, HelpName = "DIR" };
        DatasetOptions data = new();
        DeviceOption device = new();
        FinetuneSettings settings = new();
        Option<string> output = new("--output") { Description = $"Folder for the model and the confusion matrix ({ConfusionFile}); created when absent.", Required = true, HelpName = "DIR" };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("finetune", "Train a classifier from labelled images; with --unfreeze-after-epoch the encoder too.",
            "finetune --pretrained out --data birds/ --output birds-model",
            "finetune --pretrained out --data train.tar.gz --test test.tar.gz --labels 1% --output few",
            "finetune --pretrained out --data birds/ --unfreeze-after-epoch 2 --output birds-model")
        {
            pretrained,
        };
        data.AddTo(verb);
        settings.AddTo(verb);
        verb.Add(output);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) =>
        {
            FinetuneChoice how = settings.Read(parsed);
            device.Apply(parsed);
            return RunAsync(Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(pretrained)), data.Read(parsed), how, parsed.GetRequiredValue(output), parsed.GetValue(json), cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, GenerationFolder parent, DatasetChoice choice, FinetuneChoice how, string output, bool json, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        using TrainingImages images = await TrainingImages.LoadAsync(choice, parent.Manifest.Preprocessing, terminal, cancellationToken);
        (LabelledRows all, LabelledRows test) = LabelledRows.Of(images.Tiles, images.Train, images.Test);
        int[] few = [.. BalancedSample.Of([.. all.Rows], row => images.Tiles.Labels[row], row => images.Tiles.Ids[row], how.LabelsOf(all.Rows.Count))];
        (LabelledRows train, test) = LabelledRows.Of(images.Tiles, few, test.Rows);
        using Encoder encoder = EncoderLoader.FromGeneration(parent);
        using ClassifierHead head = how.EndToEnd is { } together
            ? await terminal.StepAsync("finetune", "epochs", together.Epochs, step => Task.Run(() => Together(encoder, images, train, together, step, cancellationToken), cancellationToken))
            : await terminal.StepAsync("finetune", "stages", null, _ => Task.Run(() => OnTop(encoder, images, train, how.Frozen, cancellationToken), cancellationToken));
        (Scores scores, ConfusionMatrix? confusion) = await terminal.StepAsync("evaluate", "measures", null, _ => Task.Run(
            () => (EncoderScores.Measure(encoder, images.Tiles, images.Train, images.Test, cancellationToken), Confusion(encoder, head, images, test, cancellationToken)), cancellationToken));
        GenerationFolder written = await terminal.StepAsync("export", "files", null, step => Task.Run(() => Write(
            how.EndToEnd is null ? parent : null, encoder, parent, images, head, train, scores, confusion?.Accuracy, output, Stopwatch.GetElapsedTime(began), how.Seed, step, cancellationToken), cancellationToken));
        Int8Remark.Say(terminal, written);
        string picture = Path.Combine(output, ConfusionFile);
        if (confusion is not null)
        {
            ConfusionPlot.Write(picture, confusion);
        }
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["metric"] = "classifier",
                ["accuracy"] = confusion is null ? null : Math.Round(confusion.Accuracy, 4),
                ["labels"] = train.Rows.Count,
                ["classes"] = train.Classes.Count,
                ["encoder"] = how.EndToEnd is null ? "frozen" : "finetuned",
                ["generation"] = written.Path,
                ["confusion"] = confusion is null ? null : picture,
            }.ToJsonString());
            return ExitCode.Done;
        }
        Show(terminal, train, confusion, how, written, picture);
        return ExitCode.Done;
    }

    private static ClassifierHead OnTop(Encoder encoder, TrainingImages images, LabelledRows train, ClassifierOptions options, CancellationToken cancellationToken) =>
        ClassifierTrainer.Fit(EncoderRunner.Embed(encoder, images.Tiles, train.Rows, cancellationToken), train.Labels, train.Classes, options, cancellationToken).Head;

    private static ClassifierHead Together(Encoder encoder, TrainingImages images, LabelledRows train, FinetuneOptions options, IStep step, CancellationToken cancellationToken)
    {
        FinetuneOutcome outcome = EncoderFinetuner.Train(encoder, images.Tiles, train, options, new FinetuneReports(step), cancellationToken);
        step.At(outcome.Epochs, string.Create(CultureInfo.InvariantCulture, $"best after epoch {outcome.BestEpoch}: {100 * outcome.ValidationAccuracy:F1} % of {outcome.ValidationImages} validation images"));
        return outcome.Head;
    }

    private static ConfusionMatrix? Confusion(Encoder encoder, ClassifierHead head, TrainingImages images, LabelledRows test, CancellationToken cancellationToken)
    {
        if (test.Rows.Count == 0)
        {
            return null;
        }
        float[] probabilities = HeadPrediction.Probabilities(head, EncoderRunner.Embed(encoder, images.Tiles, test.Rows, cancellationToken)); // [M, C]
        int[] known = [.. Enumerable.Range(0, test.Rows.Count).Where(i => test.Labels[i] >= 0)];
        return new ConfusionMatrix(test.Classes, [.. known.Select(i => test.Labels[i])],
            [.. known.Select(i => TensorPrimitives.IndexOfMax<float>(probabilities.AsSpan(i * head.Classes, head.Classes)))]);
    }

    private static GenerationFolder Write(
        GenerationFolder? encoderFrom, Encoder encoder, GenerationFolder parent, TrainingImages images, ClassifierHead head, LabelledRows train, Scores scores, double? accuracy, string output, TimeSpan duration, long seed,
        IStep step, CancellationToken cancellationToken)
        => GenerationWriter.Write(new GenerationStore(output), new ExportRequest
        {
            Encoder = encoderFrom is null ? encoder : null,
            EncoderFrom = encoderFrom,
            ProbeTiles = encoderFrom is null ? images.Tiles : null,
            ProbeRows = encoderFrom is null ? images.Test : null,
            Calibration = images.Calibration,
            Classifier = head,
            Labels = train.Classes,
            Method = parent.Manifest.Method,
            RecipeYaml = parent.Manifest.RecipeYaml,
            Corpus = images.Summary(),
            Evaluation = new EvaluationReport { New = scores, Verdict = Gate.Judge(null, scores, null, parent.Manifest.Dimensions, new GatePolicy()) },
            Metrics = accuracy is { } share ? new Dictionary<string, double> { ["classifier_accuracy"] = share } : [],
            Seeds = new Dictionary<string, long> { ["classifier"] = seed },
            Duration = duration,
        }, progress: new ExportReports(step), cancellationToken: cancellationToken);

    private static void Show(Terminal terminal, LabelledRows train, ConfusionMatrix? confusion, FinetuneChoice how, GenerationFolder written, string picture)
    {
        ScoreTable table = new ScoreTable($"Classifier of {train.Classes.Count} classes from {train.Rows.Count:N0} labels, encoder {(how.EndToEnd is null ? "as it was" : "trained with it")}");
        if (confusion is not null)
        {
            int weakest = Enumerable.Range(0, confusion.Classes.Count).Where(c => !double.IsNaN(confusion.Recall(c))).MinBy(confusion.Recall);
            table.Share($"accuracy on {confusion.Images:N0} test images", confusion.Accuracy, strong: true)
                .Share($"the weakest class, {confusion.Classes[weakest]}", confusion.Recall(weakest))
                .Text("confusion matrix", Path.GetRelativePath(Environment.CurrentDirectory, picture));
        }
        table.Text("written to", Path.GetRelativePath(Environment.CurrentDirectory, written.Path)).Show(terminal);
    }
}
