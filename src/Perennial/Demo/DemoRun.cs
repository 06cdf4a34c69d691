using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Client;
using Perennial.Commands;
using Perennial.Commands.Terminals;
using Perennial.Demo.Samples;
using Spectre.Console;
using static Perennial.Client.Answers;

namespace Perennial.Demo;

/// <summary>
/// The whole loop in one sitting, told in order: pictures, service, ingest, what the starter model makes of them, pretraining, promotion,
/// a handful of labels, finetuning, classification, search, contact sheet. All of it over the HTTP contract, as any client would.
/// </summary>
internal sealed class DemoRun(Terminal terminal, string dataDirectory, Uri? address)
{
    private const string Marker = ".perennial-demo";
    private const int Batch = 50, LabelsEach = 10, SheetRows = 10, SheetHits = 7, ThumbnailSide = 96;
    private static readonly TimeSpan IndexPatience = TimeSpan.FromMinutes(3);

    public async Task<int> RunAsync(string? data, int images, int epochs, bool once, CancellationToken cancellationToken)
    {
        long began = Stopwatch.GetTimestamp();
        PrepareDirectory();
        DemoPictures pictures = data is null
            ? await DemoPictures.RenderAsync(images, terminal, cancellationToken)
            : await DemoPictures.ReadAsync(data, terminal, cancellationToken);

        await using ServiceProcess service = await ServiceProcess.StartAsync(dataDirectory, address, cancellationToken);
        using var client = new PerennialClient(service.Address);
        terminal.Remark($"service at {service.Address} (its output: {service.Log})");
        Dictionary<string, string> families = await IngestAsync(client, pictures.Stock, cancellationToken);
        await IndexedAsync(service.Address, cancellationToken);
        bool hadModel = (await client.GetAsync("/admin/generations", cancellationToken))["serving"] is not null;
        ServedScores? starter = pictures.Labelled && hadModel ? await MeasureAsync(client, pictures, families, "ask the starter", cancellationToken) : null;

        JsonNode run = await RunFollower.FollowAsync(client, new JsonObject
        {
            ["kind"] = "pretrain",
            ["overrides"] = new JsonObject { ["epochs"] = epochs },
            ["promote"] = "auto",
        }, "pretraining", terminal, cancellationToken);
        ShowVerdict(run);
        bool proven = run["state"]!.GetValue<string>() == "promoted";
        if (proven) terminal.Remark(string.Create(CultureInfo.InvariantCulture, $"serving a model that trained itself on your pictures after {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s"));

        if (pictures.Labelled)
        {
            ServedScores learned = await MeasureAsync(client, pictures, families, "ask the new model", cancellationToken);
            (string, int, int) network = await NetworkAsync(client, learned.Generation, cancellationToken);
            PixelBaselines baselines = await Task.Run(() => PixelBaselines.Measure(pictures, network, cancellationToken), cancellationToken);
            ShowScores(starter, learned, baselines);
            proven &= learned.Knn > baselines.RawPixels && learned.Knn > baselines.Untrained;
            await LabelAndClassifyAsync(client, pictures, families, cancellationToken);
        }
        string sheet = await DrawSheetAsync(client, pictures, families, cancellationToken);
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"done in {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s; queries with their neighbours: {sheet}"));
        if (once) return proven ? ExitCode.Done : ExitCode.Failed;

        ShowWhereToGo(service, pictures);
        terminal.Remark("The service stays up. Ctrl-C ends it; its data stays in the folder.");
        try { await service.EndedAsync(cancellationToken); }
        catch (OperationCanceledException) { return ExitCode.Done; }
        throw new InvalidOperationException($"The service ended by itself: see {service.Log}.");
    }

    /// <summary>Only a folder that an earlier demo made is emptied.</summary>
    private void PrepareDirectory()
    {
        string marker = Path.Combine(dataDirectory, Marker);
        if (Directory.Exists(dataDirectory) && Directory.EnumerateFileSystemEntries(dataDirectory).Any())
        {
            if (!File.Exists(marker)) throw new UsageException($"{dataDirectory} holds something that no demo made: choose another folder with --data-dir.");
            Directory.Delete(dataDirectory, recursive: true);
        }
        Directory.CreateDirectory(dataDirectory);
        File.WriteAllText(marker, "Made by 'perennial demo'; the next demo empties this folder.\n");
    }

    private Task<Dictionary<string, string>> IngestAsync(PerennialClient client, IReadOnlyList<Sample> stock, CancellationToken cancellationToken) =>
        terminal.StepAsync("ingest", "pictures", stock.Count, async step =>
        {
            var families = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (Sample[] batch in stock.Chunk(Batch))
            {
                IReadOnlyList<AddedImage> added = await client.AddAsync([.. batch.Select(sample => new Upload(sample.Name, sample.Bytes))], label: null, cancellationToken);
                foreach ((AddedImage image, Sample sample) in added.Zip(batch))
                {
                    if (image.Id is not null) families.TryAdd(image.Id, sample.Family);
                }
                step.At(families.Count);
            }
            return families;
        });

    /// <summary>The index follows the corpus by itself; measuring before it has caught up would be unfair to the starter.</summary>
    private static async Task IndexedAsync(Uri address, CancellationToken cancellationToken)
    {
        const string Lag = "perennial_index_lag_images";
        using var http = new HttpClient { BaseAddress = address };
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < IndexPatience)
        {
            string metrics = await http.GetStringAsync("/metrics", cancellationToken);
            if (metrics.Split('\n').Where(line => line.StartsWith(Lag, StringComparison.Ordinal)).All(line => line.EndsWith(" 0", StringComparison.Ordinal))) return;
            await Task.Delay(250, cancellationToken);
        }
    }

    private static async Task<(string Name, int Width, int Size)> NetworkAsync(PerennialClient client, int generation, CancellationToken cancellationToken)
    {
        JsonNode all = await client.GetAsync("/admin/generations", cancellationToken);
        JsonNode one = all["generations"]!.AsArray().Single(entry => entry!["number"]!.GetValue<int>() == generation)!;
        return (one["backbone"]!["name"]!.GetValue<string>(), one["backbone"]!["width"]!.GetValue<int>(), one["preprocessing"]!["size"]!.GetValue<int>());
    }

    private Task<ServedScores> MeasureAsync(PerennialClient client, DemoPictures pictures, Dictionary<string, string> families, string title, CancellationToken cancellationToken) =>
        ServedScores.MeasureAsync(client, pictures.Queries, families, title, terminal, cancellationToken);

    private async Task LabelAndClassifyAsync(PerennialClient client, DemoPictures pictures, Dictionary<string, string> families, CancellationToken cancellationToken)
    {
        (string Id, string Family)[] few = [.. families.GroupBy(entry => entry.Value).SelectMany(family => family.OrderBy(entry => entry.Key, StringComparer.Ordinal).Take(LabelsEach)).Select(entry => (entry.Key, entry.Value))];
        foreach ((string id, string family) in few) await client.LabelAsync(id, family, cancellationToken);
        await RunFollower.FollowAsync(client, new JsonObject { ["kind"] = "finetune", ["promote"] = "always" }, "finetuning", terminal, cancellationToken);
        int right = 0, done = 0;
        await terminal.StepAsync("classify", "queries", pictures.Queries.Count, async step =>
        {
            foreach (Sample[] batch in pictures.Queries.Chunk(Batch))
            {
                Predictions predictions = await client.ClassifyAsync([.. batch.Select(sample => new Upload(sample.Name, sample.Bytes))], top: 1, cancellationToken);
                right += predictions.Items.Count(item => item.Labels is [{ } best, ..] && best.Label == batch[item.Index].Family);
                step.At(done += batch.Length);
            }
            return true;
        });
        terminal.Remark(string.Create(CultureInfo.InvariantCulture,
            $"with {few.Length} labels ({LabelsEach} each) the classifier names {100.0 * right / pictures.Queries.Count:F1} % of {pictures.Queries.Count} new pictures rightly ({100.0 / families.Values.Distinct().Count():F0} % by chance)"));
    }

    private async Task<string> DrawSheetAsync(PerennialClient client, DemoPictures pictures, Dictionary<string, string> families, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<SheetPicture>>();
        foreach (Sample query in pictures.Queries.DistinctBy(sample => pictures.Labelled ? sample.Family : sample.Name).Take(SheetRows))
        {
            Hits hits = await client.SearchAsync(query.Bytes, SheetHits, cancellationToken);
            List<SheetPicture> row = [new SheetPicture(query.Bytes, pictures.Labelled ? query.Family : "query")];
            foreach (Hit hit in hits.Items)
            {
                byte[] thumbnail = await client.ThumbnailAsync(hit.Id, ThumbnailSide, cancellationToken);
                row.Add(new SheetPicture(thumbnail, hit.Score.ToString("F3", CultureInfo.InvariantCulture), pictures.Labelled ? families[hit.Id] == query.Family : null));
            }
            rows.Add(row);
        }
        string path = Path.Combine(dataDirectory, "contact-sheet.png");
        await File.WriteAllBytesAsync(path, ContactSheet.Draw("New pictures (left) and what the service finds for them", rows), cancellationToken);
        return path;
    }

    private void ShowVerdict(JsonNode run)
    {
        terminal.Remark($"the run ended as {run["state"]}:");
        foreach (JsonNode? reason in run["evaluation"]?["verdict"]?["reasons"]?.AsArray() ?? []) terminal.Remark($"  {reason}");
    }

    private void ShowScores(ServedScores? starter, ServedScores learned, PixelBaselines baselines)
    {
        Table table = new Table().Border(TableBorder.Rounded).Title("new pictures, asked over /search")
            .AddColumn("model").AddColumn(new TableColumn($"kNN (k={ServedScores.K}, T={ServedScores.Temperature})").RightAligned()).AddColumn(new TableColumn("precision@10").RightAligned());
        static string Percent(double? share) => share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:F1} %") : "";
        table.AddRow("raw pixels (channel-normalised)", Percent(baselines.RawPixels), "");
        table.AddRow("the same network, untrained", Percent(baselines.Untrained), "");
        if (starter is not null) table.AddRow($"starter, generation {starter.Generation}", Percent(starter.Knn), Percent(starter.PrecisionAt10));
        table.AddRow($"[bold green]self-trained, generation {learned.Generation}[/]", $"[bold green]{Percent(learned.Knn)}[/]", $"[bold green]{Percent(learned.PrecisionAt10)}[/]");
        terminal.Results.Write(table);
    }

    private void ShowWhereToGo(ServiceProcess service, DemoPictures pictures)
    {
        string query = Path.Combine(dataDirectory, "query" + Path.GetExtension(pictures.Queries[0].Name));
        File.WriteAllBytes(query, pictures.Queries[0].Bytes);
        string at = service.Address.ToString().TrimEnd('/');
        terminal.Output.WriteLine($"""
              page, reference, metrics        {at}/  {at}/docs  {at}/metrics
              try it
                curl -s --data-binary @{query} -H 'Content-Type: application/octet-stream' '{at}/search?k=5'
                curl -s --data-binary @{query} -H 'Content-Type: application/octet-stream' '{at}/classify?top=3'
                curl -s --data-binary @{query} -H 'Content-Type: application/octet-stream' {at}/embed
                curl -s {at}/admin/generations
                curl -s -X POST {at}/admin/rollback
            """);
    }
}
