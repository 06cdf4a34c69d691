using System.CommandLine;
using System.Text.Json.Nodes;
using Perennial.Bench;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;

namespace Perennial.Commands;

/// <summary><c>perennial bench search</c>: the embedded index, beside FAISS where a Python has it.</summary>
internal static class BenchSearchCommand
{
    private const int MostVectors = 100_000_000;

    public static Verb Create()
    {
        Option<int> vectors = new("--vectors") { Description = "Vectors in the index.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> dimensions = new("--dimensions") { Description = "Length of a vector.", DefaultValueFactory = _ => 128 };
        Option<int> k = new("--k") { Description = "Hits of a query.", DefaultValueFactory = _ => 10 };
        Option<int> batch = new("--batch") { Description = "Vectors of one durable write.", DefaultValueFactory = _ => 1000 };
        Option<int> clusters = new("--clusters") { Description = "Clusters that the vectors lie in; 0 for directions without any order.", DefaultValueFactory = _ => 1000 };
        Option<int> rounds = new("--rounds") { Description = "How often 20 queries are asked of each, in turn; the median counts.", DefaultValueFactory = _ => 3 };
        Option<string> python = new("--python") { Description = "A Python with faiss to compare with; 'none' to leave it out.", DefaultValueFactory = _ => "none" };
        Option<bool> json = JsonOutput.Option();
        Verb verb = new("search", "The embedded index: opening, adding, and the time of a query, exact and over int8 codes, beside FAISS.", "bench search", "bench search --vectors 100000 --dimensions 512 --python /usr/bin/python3 --json")
        {
            vectors, dimensions, k, batch, clusters, rounds, python, json,
        };
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            int count = Within(vectors, MostVectors), size = Within(dimensions, 16_384), hits = Within(k, 10_000), many = Within(batch, 1_000_000), times = Within(rounds, 100);
            if (parsed.GetValue(clusters) is not (>= 0 and <= 1_000_000)) throw new UsageException("--clusters must be from 0 to 1000000.");
            string? interpreter = parsed.GetValue(python) is "none" ? null : parsed.GetValue(python);
            SearchBench bench = new(new SearchVectors(size, parsed.GetValue(clusters)), count, size, hits, many, interpreter);
            Terminal terminal = Terminal.Of(parsed);
            SearchFigures figures;
            try
            {
                figures = await terminal.StepAsync("search", "vectors", count, step => bench.RunAsync(times, done => step.At(done), cancellationToken));
            }
            catch (InvalidOperationException exception) when (interpreter is not null)
            {
                throw new UsageException($"--python {interpreter}: FAISS could not be run ({exception.Message.Trim()}); 'apt-get install python3-faiss' brings it to /usr/bin/python3, and 'none' leaves it out.");
            }
            Show(terminal, $"{count:N0} vectors of {size} dimensions, {(parsed.GetValue(clusters) == 0 ? "no" : $"{parsed.GetValue(clusters):N0}")} clusters, top {hits}, one query at a time; medians of {times} x 20", figures, parsed.GetValue(json));
            return ExitCode.Done;

            int Within(Option<int> option, int most) => parsed.GetValue(option) is var value && value >= 1 && value <= most ? value : throw new UsageException($"{option.Name} must be from 1 to {most}.");
        });
        return verb;
    }

    private static void Show(Terminal terminal, string title, SearchFigures figures, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["bench"] = "search",
                ["title"] = title,
                ["added_per_second"] = Rounded(figures.AddedPerSecond),
                ["open_ms"] = Rounded(figures.Open),
                ["first_search_ms"] = Rounded(figures.FirstSearch),
                ["exact_ms"] = Rounded(figures.Exact),
                ["int8_ms"] = Rounded(figures.Int8),
                ["recall"] = Rounded(figures.Recall),
                ["faiss"] = figures.FaissVersion,
                ["faiss_ms"] = Rounded(figures.Faiss),
                ["exact_over_faiss"] = Rounded(figures.ExactOverFaiss),
                ["int8_over_faiss"] = Rounded(figures.Int8OverFaiss),
                ["faiss_agreement"] = Rounded(figures.FaissAgreement),
            }.ToJsonString());
            return;
        }
        new ScoreTable(title)
            .Number("added, vectors/s", figures.AddedPerSecond, "N0")
            .Number("opening, ms", figures.Open, "F0")
            .Number("first search, ms", figures.FirstSearch, "F1")
            .Number("exact, ms", figures.Exact, "F2")
            .Number("int8, ms", figures.Int8, "F2")
            .Number("recall of int8", figures.Recall)
            .Number($"FAISS {figures.FaissVersion} IndexFlatIP, ms", figures.Faiss, "F2")
            .Number("exact, ratio to FAISS", figures.ExactOverFaiss)
            .Number("int8, ratio to FAISS", figures.Int8OverFaiss)
            .Number("FAISS's hits that exact has", figures.FaissAgreement)
            .Show(terminal);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, 3) : null;
}
