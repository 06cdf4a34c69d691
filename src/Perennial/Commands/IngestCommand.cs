using System.CommandLine;
using Perennial.Client;
using Perennial.Commands.Ingest;
using Perennial.Commands.Terminals;
using Perennial.Core.Corpus;
using Spectre.Console;

namespace Perennial.Commands;

/// <summary><c>perennial ingest</c>: pictures from a folder or an archive into the corpus.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "A folder, a .tar, .tar.gz or .zip archive, or one image." };
        Option<bool> labels = new("--labels-from-folders") { Description = "Take the name of each class folder as the label." };
        ServiceOrDirectory where = new();
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("ingest", "Store images for search and for training: each one is checked, and kept by its SHA-256.",
            "ingest ~/photos",
            "ingest birds.tar.gz --labels-from-folders --data-dir ./data",
            "ingest ~/photos --url https://vision.example.org --key $PERENNIAL_KEY")
        {
            path, labels, json,
        };
        where.AddTo(verb);
        verb.SetAction((parsed, cancellationToken) => RunAsync(parsed, where, parsed.GetRequiredValue(path), parsed.GetValue(labels), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(ParseResult parsed, ServiceOrDirectory where, string path, bool labelled, bool json, CancellationToken cancellationToken)
    {
        Terminal terminal = Terminal.Of(parsed);
        long? count = Dataset.CountHint(path);
        using IIngestTarget target = where.Service(parsed) is { } service
            ? new ServiceTarget(new PerennialClient(service.Address, service.Key))
            : new CorpusTarget(where.Directory(parsed));
        IngestTally tally = await terminal.StepAsync("ingest", "images", count, step => Ingestion.RunAsync(path, labelled, target, step, cancellationToken));
        if (json)
        {
            terminal.Output.WriteLine(tally.ToJson().ToJsonString());
        }
        else
        {
            Show(terminal, tally);
        }
        return tally.Refused > 0 && tally.Refused == tally.Seen ? ExitCode.BadUsageOrInput : ExitCode.Done;
    }

    private static void Show(Terminal terminal, IngestTally tally)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumn("images").AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("added", $"{tally.Added:N0}");
        table.AddRow("already there", $"{tally.Duplicates:N0}");
        foreach ((string code, long count) in tally.Reasons)
        {
            table.AddRow(Markup.Escape($"refused: {code}"), $"{count:N0}");
        }
        terminal.Results.Write(table);
        foreach (SkippedImage example in tally.Examples)
        {
            terminal.Remark($"{example.Name}: {example.Reason}");
        }
    }
}
