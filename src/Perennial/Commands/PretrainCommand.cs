using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Commands;

/// <summary><c>perennial pretrain</c>: an encoder from images without labels, as a generation with its scores.</summary>
internal static class PretrainCommand
{
    private const int MostProbeBank = 2000;
    private const int MostProbeQueries = 500;
    private const int K = 20;
    private const double Temperature = 0.1;

    public static Command Create()
    {
        RecipeOptions recipe = new();
        DatasetOptions data = new();
        DeviceOption device = new();
        Option<string> output = new("--output") { Description = "Folder for the model (gen-000001), its log and its checkpoints; created when absent.", Required = true, HelpName = "DIR" };
        Option<bool> resume = new("--resume") { Description = "Go on with the interrupted run in --output." };
        Option<long> extend = new("--extend") { Description = "Make the finished run in --output longer by so many steps, under a learning rate that warms up again and falls once more.", HelpName = "STEPS" };
        Option<string?> init = new("--init") { Description = "Start from these weights instead of random ones: a weights.safetensors of the same network, from a generation or from PyTorch.", HelpName = "FILE" };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("pretrain", "Train an encoder on images without labels; labels, where there are any, only measure it.",
            "pretrain --recipe auto --data ~/photos --output out",
            "pretrain simclr-small --data ~/photos --output out",
            "pretrain simclr-small --data train.tar.gz --test test.tar.gz --limit 10000 --test-limit 2000 --output out",
            "pretrain simclr --data train.tar.gz --backbone resnet18 --batch-size 512 --epochs 200 --amp --output out");
        recipe.AddTo(verb);
        data.AddTo(verb);
        verb.Add(output);
        verb.Add(resume);
        verb.Add(extend);
        verb.Add(init);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction((parsed, cancellationToken) =>
        {
            device.Apply(parsed);
            return RunAsync(
            Terminal.Of(parsed), recipe.Read(parsed, method => Choose(method, data.Read(parsed), Terminal.Of(parsed), cancellationToken)), data.Read(parsed), new RunChoice(parsed.GetRequiredValue(output), parsed.GetValue(resume), parsed.GetValue(extend), parsed.GetValue(init)), parsed.GetValue(json), cancellationToken);
        });
        return verb;
    }

    private static AutoRecipe Choose(string method, DatasetChoice choice, Terminal terminal, CancellationToken cancellationToken)
    {
        CorpusFacts facts = CorpusFacts.Of(choice, cancellationToken);
        AutoRecipe auto = AutoRecipe.For(method, facts.TrainImages, facts.Side, ComputeDevice.Gpus > 0);
        foreach (string reason in auto.Reasons)
        {
            terminal.Remark($"auto: {reason}");
        }
        return auto;
    }

    private static async Task<int> RunAsync(Terminal terminal, Recipe recipe, DatasetChoice choice, RunChoice run, bool json, CancellationToken cancellationToken)
    {
        run.Check();
        TrainingMemory.Keep();
        long began = Stopwatch.GetTimestamp();
        using TrainingImages images = await TrainingImages.LoadAsync(choice, new Preprocessing { Size = recipe.ImageSize }, terminal, cancellationToken);
        long total = (long)recipe.Epochs * recipe.StepsPerEpoch(images.Train.Count) * recipe.LargeBatchSize;
        using PretrainOutcome outcome = await terminal.StepAsync("pretrain", "images", total,
            step => Task.Run(() => Train(recipe, images, run, step, cancellationToken), cancellationToken));
        (EvaluationReport evaluation, KnnReport? knn) = await terminal.StepAsync("evaluate", "measures", null, _ => Task.Run(() => Evaluate(recipe, outcome, images, cancellationToken), cancellationToken));
        GenerationFolder written = await terminal.StepAsync("export", "files", null, step => Task.Run(() => GenerationWriter.Write(new GenerationStore(run.Output), new ExportRequest
        {
            Encoder = outcome.Encoder,
            ProbeTiles = images.Tiles,
            ProbeRows = images.Test,
            Calibration = images.Calibration,
            Method = recipe.Method,
            RecipeYaml = recipe.ToYaml(),
            Corpus = images.Summary(),
            Evaluation = evaluation,
            Seeds = new Dictionary<string, long> { ["training"] = recipe.Seed },
            Duration = Stopwatch.GetElapsedTime(began),
        }, progress: new ExportReports(step), cancellationToken: cancellationToken), cancellationToken));
        Int8Remark.Say(terminal, written);
        if (json)
        {
            JsonObject result = knn?.ToJson() ?? new JsonObject { ["metric"] = "view_recall", ["accuracy"] = Math.Round(evaluation.New.ViewRecall, 4) };
            result["loss"] = Math.Round(outcome.Last.Loss, 4);
            result["best_knn_on_the_way"] = outcome.BestKnn is { } best ? Math.Round(best, 4) : null;
            result["seconds"] = Math.Round(outcome.Duration.TotalSeconds, 1);
            result["generation"] = written.Path;
            terminal.Output.WriteLine(result.ToJsonString());
        }
        else
        {
            Show(terminal, recipe, outcome, evaluation.New, knn, written);
        }
        return ExitCode.Done;
    }

    private static PretrainOutcome Train(Recipe recipe, TrainingImages images, RunChoice run, IStep step, CancellationToken cancellationToken)
    {
        var probe = new KnnProbe(images.Tiles, Spread(images.Train, MostProbeBank), Spread(images.Test, MostProbeQueries), K, Temperature);
        var request = new PretrainRequest(recipe, images.Tiles, images.Train, run.Output)
        {
            Resume = run.Continues,
            ExtendBy = run.Extend,
            InitialWeights = run.Init,
            Probe = probe.IsPossible ? probe.Measure : null,
        };
        return new Pretrainer().Run(request, new TrainingReports(recipe.LargeBatchSize, step), cancellationToken);
    }

    private static (EvaluationReport Evaluation, KnnReport? Knn) Evaluate(Recipe recipe, PretrainOutcome outcome, TrainingImages images, CancellationToken cancellationToken)
    {
        Scores scores = EncoderScores.Measure(outcome.Encoder, images.Tiles, images.Train, images.Test, cancellationToken) with
        {
            ProjectionStd = outcome.Last.ProjectionStd,
            ProjectionRankMe = outcome.Last.RankMe,
        };
        KnnReport? knn = images.Labelled ? KnnReport.Measure(outcome.Encoder, recipe.Description, images, K, Temperature) : null;
        Baselines? baselines = knn is null ? null : new Baselines(knn.RawPixels, knn.Untrained);
        var evaluation = new EvaluationReport
        {
            New = scores,
            Baselines = baselines,
            Verdict = Gate.Judge(null, scores, baselines, outcome.Encoder.Dimensions, new GatePolicy()),
        };
        return (evaluation, knn);
    }

    private static void Show(Terminal terminal, Recipe recipe, PretrainOutcome outcome, Scores scores, KnnReport? knn, GenerationFolder written)
        => new ScoreTable($"{recipe.Method}, {recipe.Backbone} of width {recipe.Width}, {scores.TestImages:N0} held-out images")
            .Share($"kNN accuracy, k={K}, T={Temperature}", knn?.Accuracy, strong: true)
            .Share($"highest on the way, by {MostProbeQueries} test images and so optimistic", outcome.BestKnn)
            .Share("raw pixels", knn?.RawPixels)
            .Share("the same network untrained", knn?.Untrained)
            .Share("linear classifier", scores.LinearAccuracy)
            .Share("an image's own altered view is its nearest", scores.ViewRecall)
            .Number("loss", outcome.Last.Loss)
            .Text("trained for", string.Create(CultureInfo.InvariantCulture, $"{outcome.Duration.TotalSeconds:F0} s, {outcome.Last.ImagesPerSecond:N0} images/s"))
            .Text("written to", Path.GetRelativePath(Environment.CurrentDirectory, written.Path))
            .Show(terminal);

    /// <summary>At most so many, taken evenly: datasets come sorted by class.</summary>
    private static int[] Spread(IReadOnlyList<int> rows, int most) => rows.Count <= most ? [.. rows]
        : [.. Enumerable.Range(0, most).Select(i => rows[(int)((long)i * rows.Count / most)])];
}
