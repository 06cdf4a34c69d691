using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using TorchSharp;

namespace Perennial.Commands;

/// <summary><c>perennial finetune</c>: a classifier on a frozen encoder, as a generation with the encoder's bytes kept.</summary>
internal static class FinetuneCommand
{
    public static Command Create()
    {
        Option<string> pretrained = new("--pretrained") { Description = "An output of pretrain, a generation, or a data directory.", Required = true, HelpName = "DIR" };
        DatasetOptions data = new();
        Option<HeadKind> head = new("--head") { Description = "auto, linear or mlp.", DefaultValueFactory = _ => HeadKind.Auto };
        Option<int> seed = new("--seed") { Description = "Of folds and first weights.", DefaultValueFactory = _ => 0 };
        Option<string> output = new("--output") { Description = "Folder for the model; created when absent.", Required = true, HelpName = "DIR" };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("finetune", "Train a classifier on the frozen encoder from labelled images.",
            "finetune --pretrained out --data birds/ --output birds-model",
            "finetune --pretrained out --data train.tar.gz --test test.tar.gz --limit 100 --head linear --output few")
        {
            pretrained,
        };
        data.AddTo(verb);
        verb.Add(head);
        verb.Add(seed);
        verb.Add(output);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(pretrained)), data.Read(parsed),
            new ClassifierOptions { Head = parsed.GetValue(head), Seed = parsed.GetValue(seed) }, parsed.GetRequiredValue(output), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, GenerationFolder parent, DatasetChoice choice, ClassifierOptions options, string output, bool json, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        using TrainingImages images = await TrainingImages.LoadAsync(choice, parent.Manifest.Preprocessing, terminal, cancellationToken);
        (LabelledRows train, LabelledRows test) = LabelledRows.Of(images.Tiles, images.Train, images.Test);
        (GenerationFolder written, double? accuracy) = await terminal.StepAsync("finetune", "stages", null, _ => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(parent);
                using ClassifierFit fit = ClassifierTrainer.Fit(EncoderRunner.Embed(encoder, images.Tiles, train.Rows, cancellationToken), train.Labels, train.Classes, options, cancellationToken);
                double? right = test.Rows.Count > 0 ? Accuracy(fit.Head, EncoderRunner.Embed(encoder, images.Tiles, test.Rows, cancellationToken), test.Labels) : null;
                Scores scores = EncoderScores.Measure(encoder, images.Tiles, images.Train, images.Test, cancellationToken);
                return (Write(parent, images, fit, scores, right, output, Stopwatch.GetElapsedTime(began), options.Seed), right);
            },
            cancellationToken));
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["metric"] = "classifier",
                ["accuracy"] = accuracy is { } share ? Math.Round(share, 4) : null,
                ["labels"] = train.Rows.Count,
                ["classes"] = train.Classes.Count,
                ["generation"] = written.Path,
            }.ToJsonString());
            return ExitCode.Done;
        }
        new ScoreTable($"Classifier of {train.Classes.Count} classes from {train.Rows.Count:N0} labels")
            .Share($"accuracy on {test.Rows.Count:N0} test images", accuracy, strong: true)
            .Text("written to", Path.GetRelativePath(Environment.CurrentDirectory, written.Path))
            .Show(terminal);
        return ExitCode.Done;
    }

    private static GenerationFolder Write(
        GenerationFolder parent, TrainingImages images, ClassifierFit fit, Scores scores, double? accuracy, string output, TimeSpan duration, long seed)
        => GenerationWriter.Write(new GenerationStore(output), new ExportRequest
        {
            EncoderFrom = parent,
            Classifier = fit.Head,
            Labels = fit.Classes,
            Method = parent.Manifest.Method,
            RecipeYaml = parent.Manifest.RecipeYaml,
            Corpus = images.Summary(),
            Evaluation = new EvaluationReport { New = scores, Verdict = Gate.Judge(null, scores, null, parent.Manifest.Dimensions, new GatePolicy()) },
            Metrics = accuracy is { } share ? new Dictionary<string, double> { ["classifier_accuracy"] = share } : [],
            Seeds = new Dictionary<string, long> { ["classifier"] = seed },
            Duration = duration,
        });

    private static double Accuracy(ClassifierHead head, Embeddings embeddings, int[] labels)
    {
        using var scope = torch.NewDisposeScope();
        long[] predicted = [.. head.Probabilities(torch.tensor(embeddings.Data, [embeddings.Rows, embeddings.Dimensions])).argmax(1).data<long>()]; // [N]
        return predicted.Zip(labels, (guess, label) => guess == label ? 1.0 : 0.0).Average();
    }
}
