using System.CommandLine;
using System.Text.Json.Nodes;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
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
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("linear-eval", "Accuracy of a linear classifier on the frozen encoder.",
            "linear-eval --pretrained out --data train.tar.gz --test test.tar.gz")
        {
            pretrained,
        };
        data.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(pretrained)), data.Read(parsed), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(Terminal terminal, GenerationFolder folder, DatasetChoice choice, bool json, CancellationToken cancellationToken)
    {
        using TrainingImages images = await TrainingImages.LoadAsync(choice, folder.Manifest.Preprocessing, terminal, cancellationToken);
        if (!images.Labelled)
        {
            throw new UsageException("A linear evaluation needs labels of two classes on both sides: put the images into class folders.");
        }
        double accuracy = await terminal.StepAsync("evaluate", "measures", null, _ => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(folder);
                return LinearProbe.Measure(encoder, images.Tiles, images.Train, images.Test);
            },
            cancellationToken));
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject { ["metric"] = "linear", ["accuracy"] = Math.Round(accuracy, 4) }.ToJsonString());
        }
        else
        {
            new ScoreTable($"Linear classifier on the frozen encoder, {images.Train.Count:N0} to learn from, {images.Test.Count:N0} asked").Share("accuracy", accuracy).Show(terminal);
        }
        return ExitCode.Done;
    }
}
