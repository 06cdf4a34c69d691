using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Perennial.Client;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Spectre.Console;
using static Perennial.Client.Answers;

namespace Perennial.Commands;

/// <summary><c>perennial search</c>: the stored images that are most like one given.</summary>
internal static class SearchCommand
{
    private const int MostHits = 1000;

    public static Command Create()
    {
        Argument<string> image = new("IMAGE") { Description = "An image file; it need not be stored." };
        Option<int> k = new("-k") { Description = $"How many, 1 to {MostHits}.", DefaultValueFactory = _ => 10 };
        k.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: string given }] && (!int.TryParse(given, out int number) || number is < 1 or > MostHits))
            {
                result.AddError($"-k {given} must be a number from 1 to {MostHits}");
            }
        });
        ServiceOrDirectory where = new();
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("search", "Find the stored images that are most like one given.",
            "search cat.jpg --url http://127.0.0.1:8080",
            "search cat.jpg -k 5 --data-dir ./data --json")
        {
            image, k, json,
        };
        where.AddTo(verb);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(image);
            byte[] bytes = File.Exists(path) ? await File.ReadAllBytesAsync(path, cancellationToken) : throw new UsageException($"There is no file {path}.");
            Hits hits = where.Service(parsed) is { } service
                ? await AskAsync(service.Address, service.Key, bytes, parsed.GetValue(k), cancellationToken)
                : await LookUpAsync(where.Directory(parsed), bytes, parsed.GetValue(k), cancellationToken);
            Show(Terminal.Of(parsed), hits, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return verb;
    }

    private static async Task<Hits> AskAsync(Uri address, string? key, byte[] image, int k, CancellationToken cancellationToken)
    {
        using var client = new PerennialClient(address, key);
        return await client.SearchAsync(image, k, cancellationToken);
    }

    private static async Task<Hits> LookUpAsync(string dataDirectory, byte[] image, int k, CancellationToken cancellationToken)
    {
        string index = Path.Combine(dataDirectory, "index");
        if (!Directory.Exists(index))
        {
            throw new UsageException($"{dataDirectory} holds no vectors yet: 'perennial serve --data-dir {dataDirectory}' makes them, or give the --url of a service.");
        }
        GenerationFolder folder = ModelFolder.Serving(dataDirectory);
        try
        {
            await using IVectorCollection vectors = await new EmbeddedVectorIndex(index).OpenAsync(folder.Manifest.Digest, folder.Manifest.Dimensions, cancellationToken);
            using ImageEmbedder embedder = ImageEmbedder.Load(folder, cancellationToken);
            IReadOnlyList<SearchHit> hits = await vectors.SearchAsync(embedder.Embed(image), k, null, cancellationToken);
            return new Hits(folder.Number, folder.Manifest.Digest, [.. hits.Select(hit => new Hit(hit.Id, hit.Score, hit.Label, hit.Metadata))]);
        }
        catch (IOException exception)
        {
            throw new UsageException($"The vectors of {dataDirectory} cannot be opened ({exception.Message.TrimEnd('.')}); while a service uses them, search through its --url.");
        }
    }

    private static void Show(Terminal terminal, Hits hits, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(new JsonObject
            {
                ["generation"] = hits.Generation,
                ["digest"] = hits.Digest,
                ["hits"] = JsonSerializer.SerializeToNode(hits.Items, JsonSerializerOptions.Web),
            }.ToJsonString());
            return;
        }
        Table table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("cosine").RightAligned()).AddColumn("label").AddColumn("file").AddColumn("id");
        foreach (Hit hit in hits.Items)
        {
            table.AddRow(hit.Score.ToString("F3"), Markup.Escape(hit.Label ?? ""), Markup.Escape((string?)hit.Metadata?["file"] ?? ""), $"{hit.Id[..12]}...");
        }
        terminal.Results.Write(table);
    }
}
