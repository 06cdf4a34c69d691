using System.Diagnostics;
using Perennial.Commands;
using Perennial.Commands.Terminals;
using Perennial.Commands.Training;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Core.Search;
using Perennial.Core.Search.Bridges;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;

namespace Perennial.Bench;

/// <summary>Two models' vectors of the same images, in two collections on disk, and the service's own bridges between them.</summary>
internal sealed class BridgeBench(GenerationFolder from, GenerationFolder to, int fitImages, int heldOutImages)
{
    public const int LeastFit = BridgeOptions.LeastImages;

    private const int Nearest = 10;
    private const int PointsAtOnce = 2000;

    /// <exception cref="UsageException">Both models are one, or the images are too few.</exception>
    public async Task<IReadOnlyList<BridgeFigures>> RunAsync(DatasetChoice choice, Terminal terminal, CancellationToken cancellationToken)
    {
        if (from.Manifest.Digest == to.Manifest.Digest) throw new UsageException("--from and --to have the same encoder: their vectors can be compared as they are.");
        string folder = Directory.CreateTempSubdirectory("perennial-bench-").FullName;
        try
        {
            EmbeddedVectorIndex index = new(folder);
            (IVectorCollection older, IReadOnlyList<string> ids) = await FillAsync(index, from, "embed with the older model", choice, terminal, cancellationToken);
            await using IVectorCollection first = older;
            (IVectorCollection newer, _) = await FillAsync(index, to, "embed with the newer model", choice, terminal, cancellationToken);
            await using IVectorCollection second = newer;
            return await terminal.StepAsync("bridge", "directions", 2, async step =>
            {
                BridgeFigures forth = await MeasureAsync("old to new", first, second, ids, cancellationToken);
                step.At(1);
                return (IReadOnlyList<BridgeFigures>)[forth, await MeasureAsync("new to old", second, first, ids, cancellationToken)];
            });
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(IVectorCollection Collection, IReadOnlyList<string> Ids)> FillAsync(
        EmbeddedVectorIndex index, GenerationFolder model, string name, DatasetChoice choice, Terminal terminal, CancellationToken cancellationToken)
    {
        using TrainingImages images = await TrainingImages.LoadAsync(choice, model.Manifest.Preprocessing, terminal, cancellationToken);
        int[] rows = [.. Enumerable.Range(0, images.Tiles.Count).DistinctBy(row => images.Tiles.Ids[row])];
        Embeddings embeddings = await terminal.StepAsync(name, "images", null, _ => Task.Run(
            () =>
            {
                using Encoder encoder = EncoderLoader.FromGeneration(model);
                return EncoderRunner.Embed(encoder, images.Tiles, rows, cancellationToken); // [N, D]
            },
            cancellationToken));
        IVectorCollection collection = await index.OpenAsync(model.Manifest.Digest, model.Manifest.Dimensions, cancellationToken);
        foreach (int[] some in Enumerable.Range(0, rows.Length).Chunk(PointsAtOnce))
            await collection.UpsertAsync([.. some.Select(i => new VectorPoint(images.Tiles.Ids[rows[i]], embeddings.Data.AsMemory(i * embeddings.Dimensions, embeddings.Dimensions), null, null))], cancellationToken);
        return (collection, [.. rows.Select(row => images.Tiles.Ids[row]).Order(StringComparer.Ordinal)]); // SHA-256: an order that says nothing
    }

    private async Task<BridgeFigures> MeasureAsync(string direction, IVectorCollection source, IVectorCollection target, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        BridgeBuilder builder = new(new BridgeOptions(fitImages, heldOutImages), TimeProvider.System);
        EmbeddingBridge bridge = await builder.BuildAsync(source, target, ids, asked: null, cancellationToken)
            ?? throw new UsageException($"The images are too few for a bridge: give {LeastFit} or more.");
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;

        double agreed = 0, unbridged = 0;
        foreach (string id in ids.Take(bridge.Quality.Images))
        {
            float[] x = (await source.FindVectorAsync(id, cancellationToken))!;
            HashSet<string> wanted = await NearestAsync(target, (await target.FindVectorAsync(id, cancellationToken))!, id, cancellationToken);
            agreed += Share(await NearestAsync(source, x, id, cancellationToken), wanted);
            if (source.Dimensions == target.Dimensions) unbridged += Share(await NearestAsync(target, x, id, cancellationToken), wanted);
        }
        int images = bridge.Quality.Images;
        return new BridgeFigures(direction, bridge.Quality.Tried, bridge.Quality.NearestAmongTen, source.Dimensions == target.Dimensions ? unbridged / images : null, agreed / images, bridge.Quality.FitImages, images, target.Count, seconds);
    }

    private static async Task<HashSet<string>> NearestAsync(IVectorCollection collection, float[] query, string self, CancellationToken cancellationToken) =>
        [.. (await collection.SearchAsync(query, Nearest + 1, null, cancellationToken)).Select(hit => hit.Id).Where(id => id != self).Take(Nearest)];

    private static double Share(HashSet<string> found, HashSet<string> wanted) => found.Count(wanted.Contains) / (double)wanted.Count;
}
