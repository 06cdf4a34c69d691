using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;

namespace Perennial.Commands;

/// <summary><c>perennial linear-eval</c>: a linear classifier on the frozen encoder, the field's usual measure.</summary>
internal static class LinearEvalCommand
{
    public static Command Create()
    {
        Option<string> pretrained = new("--pretrained") { Description = "An output of pretrain, a generation, or a data directory.", Required = true, HelpName = "DIR" };
        DatasetOptions data = new();
        DeviceOption device = new();
        Option<int> epochs = new("--epochs") { Description = "Passes over the training images.", DefaultValueFactory = _ => 100 };
        Option<int> batchSize = new("--batch-size") { Description = "Images a step.", DefaultValueFactory = _ => 256 };
        Option<int> seed = new("--seed") { Description = "Of the held-out tenth and of the order.", DefaultValueFactory = _ => 1 };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("linear-eval", "Accuracy of a linear classifier on the frozen encoder: SGD, the learning rate chosen from a sweep on a held-out tenth of the training images.",
            "linear-eval --pretrained out --data train.tar.gz --test test.tar.gz")
        {
            pretrained,
        };
        data.AddTo(verb);
        verb.Add(epochs);
        verb.Add(batchSize);
        verb.Add(seed);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) =>
        {
            device.Apply(parsed);
            return RunAsync(
            Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(pretrained)), data.Read(parsed),
            (parsed.GetValue(epochs), parsed.GetValue(batchSize), parsed.GetValue(seed)), parsed.GetValue(json), cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, GenerationFolder folder, DatasetChoice choice, (int Epochs, int BatchSize, int Seed) how, bool json, CancellationToken cancellationToken)
    {
        if (how.Epochs < 1 || how.BatchSize < 1)
        {
            throw new UsageException($"--epochs {how.Epochs} and --batch-size {how.BatchSize} must be 1 or more.");
        }
        using TrainingImages images = await TrainingImages.LoadAsync(choice, folder.Manifest.Preprocessing, terminal, cancellationToken);
        if (!images.Labelled)
        {
            throw new UsageException("A linear evaluation needs labels of two classes on both sides: put the images into class folders.");
        }
        (LinearSweepResult sweep, double convex) = await terminal.StepAsync("evaluate", "measures", null, _ => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(folder);
                (LabelledRows train, LabelledRows test) = LabelledRows.Of(images.Tiles, images.Train, images.Test);
                Embeddings bank = EncoderRunner.Embed(encoder, images.Tiles, train.Rows, cancellationToken), asked = EncoderRunner.Embed(encoder, images.Tiles, test.Rows, cancellationToken);
                return (new LinearSweep(how.Epochs, how.BatchSize, how.Seed).Measure(bank, train.Labels, asked, test.Labels, train.Classes.Count, cancellationToken),
                    LinearProbe.Measure(bank, train.Labels, asked, test.Labels, train.Classes.Count, cancellationToken));
            },
            cancellationToken));
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["metric"] = "linear",
                ["accuracy"] = Math.Round(sweep.Top1, 4),
                ["top5"] = Math.Round(sweep.Top5, 4),
                ["learning_rate"] = sweep.Rate,
                ["epochs"] = how.Epochs,
                ["logistic_regression"] = Math.Round(convex, 4),
            }.ToJsonString());
        }
        else
        {
            new ScoreTable($"Linear classifier on the frozen encoder, {images.Train.Count:N0} to learn from, {images.Test.Count:N0} asked")
                .Share("top-1", sweep.Top1, strong: true)
                .Share("top-5", sweep.Top5)
                .Text($"learning rate, of {string.Join(", ", LinearSweep.Rates)}", sweep.Rate.ToString(CultureInfo.InvariantCulture))
                .Share("logistic regression on the same features, top-1", convex)
                .Show(terminal);
        }
        return ExitCode.Done;
    }
}
