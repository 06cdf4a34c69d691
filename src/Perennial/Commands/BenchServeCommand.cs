using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Bench;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;

namespace Perennial.Commands;

/// <summary><c>perennial bench serve</c>: the service beside a plain loop over the runtime, and beside a server in Node.js.</summary>
internal static class BenchServeCommand
{
    public static Verb Create()
    {
        Option<string> scenario = new("--scenario") { Description = "photos (ResNet-18 at 224 px, JPEGs of 640x480), tiles (a tiny ResNet at 32 px, small JPEGs) or all.", DefaultValueFactory = _ => "all" };
        Option<double> seconds = new("--seconds") { Description = "Length of a measurement, after a warm-up.", DefaultValueFactory = _ => 8 };
        Option<int> rounds = new("--rounds") { Description = "How often everything is measured, in turn; medians count.", DefaultValueFactory = _ => 3 };
        Option<string?> node = new("--node") { Description = "A folder with 'npm install fastify sharp onnxruntime-node' to compare with.", HelpName = "DIR" };
        Option<string[]> set = new("--set") { Description = "A setting of the service, for example Batching:MaxBatch=8.", HelpName = "KEY=VALUE" };
        Option<bool> json = JsonOutput.Option();
        Verb verb = new("serve", "Requests a second and latency of the service, as ratios to decoding and running the model in a plain loop and to a server in Node.js.",
            "bench serve", "bench serve --scenario tiles --node ./node --json")
        {
            scenario, seconds, rounds, node, set, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            ServeScenario[] chosen = [.. ServeScenario.All.Where(known => parsed.GetValue(scenario) is "all" || parsed.GetValue(scenario) == known.Name)];
            if (chosen.Length == 0) throw new UsageException($"There is no scenario '{parsed.GetValue(scenario)}'; there are photos, tiles and all.");
            if (parsed.GetValue(seconds) is not (>= 1 and <= 600) || parsed.GetValue(rounds) is not (>= 1 and <= 100)) throw new UsageException("--seconds must be from 1 to 600 and --rounds from 1 to 100.");
            if (parsed.GetValue(node) is { } folder && !Directory.Exists(Path.Combine(folder, "node_modules"))) throw new UsageException($"There is no node_modules in {folder}; run 'npm install fastify sharp onnxruntime-node' there.");
            Dictionary<string, string> settings = (parsed.GetValue(set) ?? []).ToDictionary(KeyOf, pair => pair[(pair.IndexOf('=') + 1)..]);
            foreach (ServeScenario one in chosen)
            {
                await RunAsync(Terminal.Of(parsed), one, TimeSpan.FromSeconds(parsed.GetValue(seconds)), parsed.GetValue(rounds), parsed.GetValue(node), settings, parsed.GetValue(json), cancellationToken);
            }
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task RunAsync(
        Terminal terminal, ServeScenario scenario, TimeSpan seconds, int rounds, string? node, Dictionary<string, string> settings, bool json, CancellationToken cancellationToken)
    {
        ServeBench bench = new(scenario, seconds, node is null ? null : Path.GetFullPath(node));
        IReadOnlyList<ServeFigures> figures = await terminal.StepAsync(scenario.Name, "measurements", (long)rounds * bench.Steps, async step =>
        {
            long done = 0;
            return await bench.RunAsync(rounds, settings, () => step.At(Interlocked.Increment(ref done)), cancellationToken);
        });
        double Median(Func<ServeFigures, double> of) => figures.Select(of).Order().ElementAt(figures.Count / 2);
        double? NodeMedian(Func<ServeFigures, double?> of) => node is null ? null : Median(figure => of(figure)!.Value);

        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["bench"] = "serve",
                ["scenario"] = scenario.Name,
                ["connections"] = scenario.Connections,
                ["rounds"] = rounds,
                ["served_per_second"] = Rounded(Median(figure => figure.Served)),
                ["in_process_per_second"] = Rounded(Median(figure => figure.InProcess)),
                ["over_in_process"] = Rounded(Median(figure => figure.OverInProcess)),
                ["node_per_second"] = Rounded(NodeMedian(figure => figure.Node)),
                ["over_node"] = Rounded(NodeMedian(figure => figure.OverNode)),
                ["p50_ms"] = Rounded(Median(figure => figure.ServedP50)),
                ["p99_ms"] = Rounded(Median(figure => figure.ServedP99)),
                ["idle_p50_above_in_process_ms"] = Rounded(Median(figure => figure.IdleP50)),
                ["idle_p99_above_in_process_ms"] = Rounded(Median(figure => figure.IdleP99)),
                ["failed"] = figures.Sum(figure => figure.Failed),
            }.ToJsonString());
            return;
        }
        new ScoreTable($"{scenario.Name}: {scenario.Backbone} of width {scenario.Width} at {scenario.ImageSize} px, JPEG {scenario.PictureWidth}x{scenario.PictureHeight}, {scenario.Connections} connections; medians of {rounds}")
            .Number("requests/s", Median(figure => figure.Served), "F1")
            .Number("plain loop in process, images/s", Median(figure => figure.InProcess), "F1")
            .Number("ratio to the plain loop", Median(figure => figure.OverInProcess))
            .Number("Node.js server, requests/s", NodeMedian(figure => figure.Node), "F1")
            .Number("ratio to the Node.js server", NodeMedian(figure => figure.OverNode))
            .Number("p50, ms", Median(figure => figure.ServedP50), "F2")
            .Number("p99, ms", Median(figure => figure.ServedP99), "F2")
            .Number("one caller: p50 above the plain loop, ms", Median(figure => figure.IdleP50))
            .Number("one caller: p99 above the plain loop, ms", Median(figure => figure.IdleP99))
            .Text("failed", figures.Sum(figure => figure.Failed).ToString(CultureInfo.InvariantCulture))
            .Show(terminal);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 3) : null;

    private static string KeyOf(string pair) => pair.IndexOf('=') is > 0 and var at
        ? $"Perennial__{pair[..at].Replace(":", "__", StringComparison.Ordinal)}"
        : throw new UsageException($"--set {pair}: write KEY=VALUE, for example Batching:MaxBatch=8.");
}
