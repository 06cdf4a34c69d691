using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Bench;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Images;
using Perennial.Learning.Pretraining;
using Spectre.Console;

namespace Perennial.Commands;

/// <summary><c>perennial bench continual</c>: what is kept and what is forgotten when the classes of a dataset come a few at a time.</summary>
internal static class BenchContinualCommand
{
    private static readonly Dictionary<string, ContinualStrategy> Names = new(StringComparer.Ordinal)
    {
        ["finetuning"] = ContinualStrategy.Finetuning,
        ["replay"] = ContinualStrategy.Replay,
        ["distillation"] = ContinualStrategy.ReplayAndDistillation,
        ["joint"] = ContinualStrategy.Joint,
    };

    public static Verb Create()
    {
        DatasetOptions data = new();
        Option<string> size = new("--size") { Description = "small (a narrow ResNet-10, at most 10,000 images: minutes on a CPU) or full (a ResNet-18 on all images: a GPU).", DefaultValueFactory = _ => "small" };
        Option<string> method = new("--method") { Description = "The self-supervised method.", DefaultValueFactory = _ => AutoRecipe.DefaultMethod };
        Option<int> tasks = new("--tasks") { Description = "Tasks that the classes are dealt to, in their order.", DefaultValueFactory = _ => 5 };
        Option<int?> steps = new("--steps-per-task") { Description = $"Steps of each task's run; {ContinualChoice.SmallSteps} for small and {ContinualChoice.FullSteps} for full where not given. Joint training gets as many as all tasks together.", HelpName = "N" };
        Option<int> seed = new("--seed") { Description = "Of weights, order and views.", DefaultValueFactory = _ => 1 };
        Option<string> distillation = new("--distillation") { Description = "cassle or pfr, for the strategy with distillation.", DefaultValueFactory = _ => "cassle" };
        Option<string[]> only = new("--only") { Description = $"Run this strategy alone ({string.Join(", ", Names.Keys)}), and joint; may be given several times.", HelpName = "STRATEGY" };
        Option<string[]> set = new("--set") { Description = "Another key of the recipe, for all strategies, e.g. --set replay_ratio=0.5.", HelpName = "KEY=VALUE" };
        Option<bool> validate = new("--validate") { Description = "Measure on a tenth of the training images, which are not learned from then, instead of the test images: to choose settings by." };
        Option<string?> markdown = new("--markdown") { Description = "Write the tables to this file as well.", HelpName = "FILE" };
        DeviceOption device = new();
        Option<bool> json = JsonOutput.Option();
        Verb verb = new("continual", "Split-CIFAR-10: classes come in tasks, one run each; kNN accuracy and forgetting of naive finetuning, replay, replay with distillation, and joint training of as many steps.",
            "bench continual --data train.tar.gz --test test.tar.gz", "bench continual --data train.tar.gz --test test.tar.gz --size full --device cuda --json");
        data.AddTo(verb);
        foreach (Option option in (Option[])[size, method, tasks, steps, seed, distillation, only, set, validate, markdown]) verb.Add(option);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(size) is not ("small" or "full")) throw new UsageException($"--size {parsed.GetValue(size)}: give small or full.");
            if (parsed.GetValue(tasks) is not (>= 2 and <= 100)) throw new UsageException("--tasks must be from 2 to 100.");
            if (parsed.GetValue(steps) is < 1 or > 1_000_000) throw new UsageException("--steps-per-task must be from 1 to 1,000,000.");
            if (parsed.GetValue(distillation) is not ("cassle" or "pfr")) throw new UsageException("--distillation must be cassle or pfr.");
            var overrides = (parsed.GetValue(set) ?? []).ToDictionary(
                pair => pair.IndexOf('=') is > 0 and int at ? pair[..at] : throw new UsageException($"--set {pair} is not KEY=VALUE."), pair => pair[(pair.IndexOf('=') + 1)..], StringComparer.Ordinal);
            overrides["seed"] = parsed.GetValue(seed).ToString(CultureInfo.InvariantCulture);
            ContinualChoice choice = new(parsed.GetValue(size) == "small", parsed.GetValue(method)!, parsed.GetValue(tasks), parsed.GetValue(steps),
                parsed.GetValue(distillation)!, Chosen(parsed.GetValue(only) ?? []), overrides, parsed.GetValue(validate));
            device.Apply(parsed);
            await RunAsync(Terminal.Of(parsed), choice, data.Read(parsed), parsed.GetValue(json), parsed.GetValue(markdown), cancellationToken);
            return ExitCode.Done;
        });
        return verb;
    }

    private static ContinualStrategy[] Chosen(string[] names)
    {
        if (names.FirstOrDefault(name => !Names.ContainsKey(name)) is { } unknown) throw new UsageException($"There is no strategy '{unknown}'; there are {string.Join(", ", Names.Keys)}.");
        return names.Length == 0 ? [.. Names.Values] : [.. names.Append("joint").Distinct().Select(name => Names[name]).Order()];
    }

    private static async Task RunAsync(Terminal terminal, ContinualChoice choice, DatasetChoice data, bool json, string? markdown, CancellationToken cancellationToken)
    {
        TrainingMemory.Keep();
        using TrainingImages all = await TrainingImages.LoadAsync(choice.Bound(data), new Preprocessing { Size = ContinualChoice.Side }, terminal, cancellationToken);
        if (!all.Labelled) throw new UsageException("The tasks are made of labels, and measured by them: put the images into class folders.");
        TrainingImages images = choice.Sides(all);
        Recipe recipe = choice.Recipe(images.Train.Count);
        string folder = Directory.CreateTempSubdirectory("perennial-continual-").FullName;
        try
        {
            ContinualBench bench = new(images, recipe, choice.Tasks, choice.Steps, choice.Distillation, folder);
            List<ContinualFigures> figures = [];
            foreach (ContinualStrategy strategy in choice.Strategies)
            {
                figures.Add(await terminal.StepAsync(ContinualReport.Name(strategy, choice.Distillation), "steps", bench.Steps,
                    step => Task.Run(() => bench.Run(strategy, done => step.At(done), cancellationToken), cancellationToken)));
            }
            string head = string.Create(CultureInfo.InvariantCulture,
                $"{recipe.Method}, {recipe.Backbone} of width {recipe.Width}, {images.Train.Count:N0} training and {images.Test.Count:N0} {(choice.Validate ? "held-out training" : "test")} images, {choice.Tasks} tasks of {choice.Steps:N0} steps, batch {recipe.LargeBatchSize}, seed {recipe.Seed}.");
            if (markdown is not null) await File.WriteAllTextAsync(markdown, ContinualReport.Markdown(head, bench.Classes, choice.Distillation, figures), cancellationToken);
            if (json) terminal.Output.WriteLine(Json(choice, recipe, figures).ToJsonString());
            else Show(terminal, head, choice, figures);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Show(Terminal terminal, string head, ContinualChoice choice, List<ContinualFigures> figures)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title(Markup.Escape(head)).AddColumn("");
        foreach (string column in (string[])["kNN, all classes", "to joint", "forgetting", "seconds", "kNN a task, at the end"]) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (ContinualFigures one in figures)
        {
            table.AddRow(ContinualReport.Name(one.Strategy, choice.Distillation), string.Create(CultureInfo.InvariantCulture, $"{100 * one.Knn:F1} %"),
                ContinualReport.Ratio(one, figures).ToString("F3", CultureInfo.InvariantCulture), ContinualReport.Points(one.Forgetting), one.Seconds.ToString("F0", CultureInfo.InvariantCulture),
                string.Join("  ", one.Accuracies[^1].Select(accuracy => (100 * accuracy).ToString("F1", CultureInfo.InvariantCulture))));
        }
        terminal.Results.Write(table);
    }

    private static JsonObject Json(ContinualChoice choice, Recipe recipe, List<ContinualFigures> figures) => new()
    {
        ["bench"] = "continual",
        ["method"] = recipe.Method,
        ["steps_per_task"] = choice.Steps,
        ["seed"] = recipe.Seed,
        ["validation"] = choice.Validate,
        ["strategies"] = new JsonArray([.. figures.Select(one => (JsonNode)new JsonObject
        {
            ["strategy"] = Names.Single(entry => entry.Value == one.Strategy).Key,
            ["knn"] = Math.Round(one.Knn, 4),
            ["to_joint"] = Math.Round(ContinualReport.Ratio(one, figures), 4),
            ["forgetting"] = one.Forgetting is { } forgetting ? Math.Round(forgetting, 4) : null,
            ["seconds"] = Math.Round(one.Seconds, 1),
            ["accuracies"] = new JsonArray([.. one.Accuracies.Select(row => (JsonNode)new JsonArray([.. row.Select(accuracy => (JsonNode)Math.Round(accuracy, 4))]))]),
        })]),
    };
}
