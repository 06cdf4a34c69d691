using System.CommandLine;
using System.Text.Json.Nodes;
using Perennial.Bench;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;

namespace Perennial.Commands;

/// <summary><c>perennial bench bridge</c>: how much of a search survives when vectors of one generation are mapped into the space of another.</summary>
internal static class BenchBridgeCommand
{
    public static Verb Create()
    {
        Option<string> from = new("--from") { Description = "The older model: an output of pretrain, a generation, or a data directory.", Required = true, HelpName = "DIR" };
        Option<string> to = new("--to") { Description = "The newer model.", Required = true, HelpName = "DIR" };
        Option<int> fit = new("--fit") { Description = "Images that the bridge is fitted on.", DefaultValueFactory = _ => 4000 };
        Option<int> held = new("--held-out") { Description = "Images that it is measured on.", DefaultValueFactory = _ => 1000 };
        DatasetOptions data = new();
        DeviceOption device = new();
        Option<bool> json = JsonOutput.Option();
        Verb verb = new("bridge", "recall@10 of bridged vectors beside the vectors of the other model itself, both ways, by both methods.",
            "bench bridge --from old --to new --data train.tar.gz --limit 10000", "bench bridge --from old --to new --data ~/photos --fit 2000 --json")
        {
            from, to, fit, held,
        };
        data.AddTo(verb);
        device.AddTo(verb);
        verb.Add(json);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(fit) < BridgeBench.LeastFit || parsed.GetValue(held) < 1)
                throw new UsageException($"--fit must be {BridgeBench.LeastFit} or more, and --held-out 1 or more.");
            device.Apply(parsed);
            BridgeBench bench = new(ModelFolder.Open(parsed.GetRequiredValue(from)), ModelFolder.Open(parsed.GetRequiredValue(to)), parsed.GetValue(fit), parsed.GetValue(held));
            Terminal terminal = Terminal.Of(parsed);
            IReadOnlyList<BridgeFigures> figures = await bench.RunAsync(data.Read(parsed), terminal, cancellationToken);
            Show(terminal, figures, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static void Show(Terminal terminal, IReadOnlyList<BridgeFigures> figures, bool json)
    {
        foreach (BridgeFigures figure in figures)
        {
            if (json)
            {
                JsonObject tried = [.. figure.Tried.Select(recall => KeyValuePair.Create(recall.Key, (JsonNode?)Math.Round(recall.Value, 4)))];
                terminal.Output.WriteLine(new JsonObject
                {
                    ["bench"] = "bridge",
                    ["direction"] = figure.Direction,
                    ["recall_at_10"] = tried,
                    ["nearest_among_ten"] = Math.Round(figure.NearestAmongTen, 4),
                    ["without_a_bridge"] = figure.Unbridged is { } unbridged ? Math.Round(unbridged, 4) : null,
                    ["spaces_agree"] = Math.Round(figure.Agreement, 4),
                    ["fit_images"] = figure.FitImages,
                    ["held_out_images"] = figure.Images,
                    ["among"] = figure.Among,
                    ["fit_seconds"] = Math.Round(figure.Seconds, 2),
                }.ToJsonString());
                continue;
            }
            var table = new ScoreTable($"{figure.Direction}: recall@10 of {figure.Images:N0} held-out images among {figure.Among:N0}, fitted on {figure.FitImages:N0}");
            foreach ((string method, double recall) in figure.Tried) table.Share(method, recall, strong: recall == figure.Tried.Values.Max());
            table.Share("the nearest one is among the ten found", figure.NearestAmongTen)
                .Share("without a bridge", figure.Unbridged)
                .Share("neighbours that both models agree on", figure.Agreement)
                .Number("seconds to read, fit and measure", figure.Seconds, "F1")
                .Show(terminal);
        }
    }
}
