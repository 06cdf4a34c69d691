using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Learning.Pretraining;

namespace Perennial.Commands;

/// <summary><c>perennial bench</c>: how fast this machine does what Perennial does, beside what people use today.</summary>
internal static class BenchCommand
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "bench", "pytorch_step.py");

    public static Command Create() => new Verb("bench", "Measure the speed of this machine beside what people use today.", "bench train", "bench serve", "bench search", "bench train --batch-size 512 --device cuda --amp bf16")
    {
        Train(),
        BenchServeCommand.Create(),
        BenchSearchCommand.Create(),
    };

    private static Verb Train()
    {
        Option<string> backbone = new("--backbone") { Description = "resnet18, resnet34 or resnet50.", DefaultValueFactory = _ => "resnet18" };
        Option<int> size = new("--image-size") { Description = "Side of the square input in pixels.", DefaultValueFactory = _ => 32 };
        Option<int> batch = new("--batch-size") { Description = "Images a step.", DefaultValueFactory = _ => 64 };
        Option<int> steps = new("--steps") { Description = "Steps a measurement, after two that are not timed.", DefaultValueFactory = _ => 5 };
        Option<int> rounds = new("--rounds") { Description = "Measurements of each, taken in turn; the median counts.", DefaultValueFactory = _ => 3 };
        Option<string> amp = new("--amp") { Description = "off or bf16.", DefaultValueFactory = _ => "off" };
        Option<string> python = new("--python") { Description = "A Python with torch and torchvision to compare with; 'none' to leave it out.", DefaultValueFactory = _ => "python3" };
        DeviceOption device = new();
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("train", "Training steps of SimCLR in images a second, alone and with the random views, ours and Python PyTorch's in turn.", "bench train", "bench train --python /usr/bin/python3 --json")
        {
            backbone, size, batch, steps, rounds, amp, python,
        };
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(steps) < 1 || parsed.GetValue(rounds) < 1)
            {
                throw new UsageException("--steps and --rounds must be 1 or more.");
            }
            var recipe = Recipe.Load("simclr", new Dictionary<string, string>
            {
                ["backbone"] = parsed.GetValue(backbone)!,
                ["image_size"] = Text(parsed.GetValue(size)),
                ["batch_size"] = Text(parsed.GetValue(batch)),
                ["amp"] = parsed.GetValue(amp)!,
            });
            device.Apply(parsed);
            string? interpreter = parsed.GetValue(python) is "none" ? null : parsed.GetValue(python);
            string where = TorchSharp.torch.get_default_device().ToString();
            await RunAsync(Terminal.Of(parsed), recipe, where.StartsWith("cuda", StringComparison.Ordinal) ? where : "cpu", parsed.GetValue(steps), parsed.GetValue(rounds), interpreter, parsed.GetValue(json), cancellationToken);
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task RunAsync(Terminal terminal, Recipe recipe, string device, int steps, int rounds, string? python, bool json, CancellationToken cancellationToken)
    {
        TrainingMemory.Keep();
        var speeds = new Dictionary<(bool Views, bool Ours), List<double>>();
        string? reason = null, version = null;
        await terminal.StepAsync("bench", "measurements", (python is null ? 2L : 4L) * rounds, async step =>
        {
            long done = 0;
            for (int round = 0; round < rounds; round++)
            {
                foreach (bool views in (bool[])[false, true])
                {
                    Keep((views, true), await Task.Run(() => StepBenchmark.Measure(recipe, steps, views, cancellationToken), cancellationToken));
                    step.At(++done);
                    if (python is null || reason is not null) continue;
                    (double? theirs, version, reason) = await PythonAsync(python, recipe, device, steps, views, cancellationToken);
                    if (theirs is { } speed) Keep((views, false), speed);
                    step.At(++done);
                }
            }
            return done;
        });
        if (reason is not null) terminal.Remark($"Python PyTorch was left out: {reason}");

        double? Median(bool views, bool ours) => speeds.TryGetValue((views, ours), out List<double>? all) ? all.Order().ElementAt(all.Count / 2) : null;
        if (json)
        {
            JsonObject Row(bool views) => new() { ["images_per_second"] = Rounded(Median(views, true)), ["pytorch"] = Rounded(Median(views, false)), ["ratio"] = Rounded(Median(views, true) / Median(views, false)) };
            terminal.Output.WriteLine(new JsonObject { ["bench"] = "train", ["backbone"] = recipe.Backbone, ["image_size"] = recipe.ImageSize, ["batch_size"] = recipe.BatchSize, ["amp"] = recipe.Amp, ["device"] = device, ["torch"] = version, ["steps_alone"] = Row(false), ["with_views"] = Row(true) }.ToJsonString());
            return;
        }
        var table = new ScoreTable($"SimCLR, {recipe.Backbone}, {recipe.ImageSize} px, batch {recipe.BatchSize}, amp {recipe.Amp}, {device}: images/s, median of {rounds}");
        foreach (bool views in (bool[])[false, true])
        {
            string name = views ? "with random views" : "training steps alone";
            table.Number(name, Median(views, true), "F1").Number($"{name}, Python PyTorch {version}", Median(views, false), "F1").Number($"{name}, ratio", Median(views, true) / Median(views, false), "F2");
        }
        table.Show(terminal);

        void Keep((bool, bool) of, double speed)
        {
            if (!speeds.TryGetValue(of, out List<double>? all)) speeds[of] = all = [];
            all.Add(speed);
        }
    }

    private static async Task<(double? Speed, string? Version, string? Reason)> PythonAsync(string python, Recipe recipe, string device, int steps, bool views, CancellationToken cancellationToken)
    {
        string[] arguments = [Script, "--backbone", recipe.Backbone, "--size", Text(recipe.ImageSize), "--batch", Text(recipe.BatchSize), "--steps", Text(steps), "--device", device, "--amp", recipe.Amp, .. views ? (string[])["--views"] : []];
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken), error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0) return (null, null, (await error).Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? $"{python} ended with {process.ExitCode}");
            using var told = JsonDocument.Parse(await output);
            return (told.RootElement.GetProperty("images_per_second").GetDouble(), told.RootElement.GetProperty("torch").GetString(), null);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (null, null, exception.Message);
        }
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 2) : null;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
