using System.CommandLine;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;

namespace Perennial.Commands;

/// <summary><c>perennial knn-eval</c>: what an encoder is worth without any further training.</summary>
internal static class KnnEvalCommand
{
    public static Command Create()
    {
        Option<string> pretrained = new("--pretrained") { Description = "An output of pretrain, a generation, or a data directory.", Required = true, HelpName = "DIR" };
        DatasetOptions data = new();
        DeviceOption device = new();
        Option<int> k = new("-k", "--k") { Description = "Neighbours.", DefaultValueFactory = _ => 20 };
        Option<double> temperature = new("--temperature") { Description = "T of the neighbours' weights, exp(cosine / T).", DefaultValueFactory = _ => 0.1 };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("knn-eval", "Weighted k-nearest-neighbour accuracy of an encoder, beside raw pixels and the untrained network.",
            "knn-eval --pretrained out --data train.tar.gz --test test.tar.gz",
            "knn-eval --pretrained ./data --data birds/ -k 200 --json")
        {
            pretrained,
        };
        data.AddTo(verb);
        verb.Add(k);
        verb.Add(temperature);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) =>
        {
            device.Apply(parsed);
            return RunAsync(
            Terminal.Of(parsed), ModelFolder.Open(parsed.GetRequiredValue(pretrained)), data.Read(parsed), parsed.GetValue(k), parsed.GetValue(temperature), parsed.GetValue(json), cancellationToken);
        });
        return verb;
    }

    private static async Task<int> RunAsync(Terminal terminal, GenerationFolder folder, DatasetChoice choice, int k, double temperature, bool json, CancellationToken cancellationToken)
    {
        if (k < 1 || !(temperature > 0))
        {
            throw new UsageException($"-k {k} and --temperature {temperature} must be above 0.");
        }
        using TrainingImages images = await TrainingImages.LoadAsync(choice, folder.Manifest.Preprocessing, terminal, cancellationToken);
        KnnReport report = await terminal.StepAsync("evaluate", "measures", null, _ => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(folder);
                return KnnReport.Measure(encoder, folder.Manifest.Backbone, images, k, temperature);
            },
            cancellationToken));
        if (json)
        {
            terminal.Output.WriteLine(report.ToJson().ToJsonString());
            return ExitCode.Done;
        }
        new ScoreTable($"kNN accuracy, k={k}, T={temperature}, {images.Train.Count:N0} to look in, {images.Test.Count:N0} asked")
            .Share("this encoder", report.Accuracy, strong: report.Accuracy > Math.Max(report.RawPixels, report.Untrained))
            .Share("raw pixels", report.RawPixels)
            .Share("the same network untrained", report.Untrained)
            .Show(terminal);
        return ExitCode.Done;
    }
}
