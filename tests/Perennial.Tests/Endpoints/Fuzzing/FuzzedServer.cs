using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Perennial.Background;
using Perennial.Core.Search;
using Perennial.Endpoints.Input;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>A server with a little of everything: images, an index, a run that has ended; and the means to see that it is well.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    private readonly LiveServer _server;
    private readonly TinyEncoder _encoder;
    private readonly RequestGenerator _generator;
    private readonly ErrorLog _errors = new();

    private FuzzedServer(LiveServer server, TinyEncoder encoder, RequestGenerator generator)
    {
        (_server, _encoder, _generator) = (server, encoder, generator);
        server.Get<ILoggerFactory>().AddProvider(_errors);
    }

    /// <summary>What was logged as an error.</summary>
    public IReadOnlyCollection<string> Errors => _errors.Lines;

    public static async Task<FuzzedServer> StartAsync(int seed)
    {
        TinyEncoder encoder = new(size: 8);
        LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = encoder, Classifier = new TinyClassifier() },
            ("Perennial:Limits:MaxImagesPerRequest", "16"), ("Perennial:Limits:MaxRequestBytes", "1000000"), ("Perennial:Images:MaxBytes", "500000"));
        byte[][] images = SampleImages.All();
        List<string> ids = [];
        foreach (byte[] image in images.Take(5)) ids.Add((string)(await server.Http.PostImageAsync("/images?label=cat", image).ReadAsync(201))["images"]![0]!["id"]!);
        for (int point = 0; point < 3; point++) // under names that no image has, so that no request takes them away
            await server.Pair.Collection.UpsertAsync([new VectorPoint($"point {point}", encoder.Embed(Colour(point)), "cat", new JsonObject { ["n"] = point, ["s"] = "text" })], TestContext.Current.CancellationToken);
        RunOrchestrator runs = server.Get<RunOrchestrator>();
        RunRecord run = runs.Enqueue(new RunRequest(RunKind.Reindex, null, [], PromotionRule.Never), 16)!;
        Assert.True(runs.Cancel(run));
        return new FuzzedServer(server, encoder, new RequestGenerator(seed, ValidRequests.All(images, ids, run.Id, encoder.Embed(Colour(0))), images));
    }

    /// <summary>Sends requests of these numbers over several connections at once.</summary>
    public async Task SendAsync(int from, int count, int connections, ConcurrentDictionary<string, int> seen, ConcurrentQueue<string> faults, CancellationToken cancellationToken)
    {
        int next = from - 1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using FuzzClient client = new(_server.Http.BaseAddress!.Port, _generator);
            for (int number; (number = Interlocked.Increment(ref next)) < from + count;)
            {
                if (await client.SendAsync(number, seen, cancellationToken) is { } fault) faults.Enqueue(fault);
            }
        }, cancellationToken)));
    }

    /// <summary>Two requests with nothing wrong about them, and what plain arithmetic says to them.</summary>
    public async Task CheckGoodRequestsAsync()
    {
        JsonObject embedded = await _server.Http.PostImageAsync("/embed", Pictures.Png(250, 10, 30)).ReadAsync();
        float[] expected = _encoder.Embed(Colour(0)), actual = Calls.Floats(embedded["embeddings"]![0]!["embedding"]);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);

        JsonArray hits = (await _server.Http.PostImageAsync("/search?k=3", Pictures.Png(250, 10, 30)).ReadAsync())["hits"]!.AsArray();
        (string, float)[] ranked = [.. Enumerable.Range(0, 3).Select(point => ($"point {point}", expected.Zip(_encoder.Embed(Colour(point)), (a, b) => a * b).Sum())).OrderByDescending(hit => hit.Item2)];
        Assert.Equal(ranked.Select(hit => hit.Item1), hits.Select(hit => (string?)hit!["id"]));
        foreach (((_, float score), JsonNode? hit) in ranked.Zip(hits)) Assert.Equal(score, (float)hit!["score"]!, 1e-5f);
    }

    /// <summary>Bytes of bodies and places in the queue are all given back, once clients that vanished have been noticed.</summary>
    public async Task CheckNothingIsHeldAsync()
    {
        ByteBudget budget = _server.Get<ByteBudget>();
        for (int wait = 0; wait < 300 && (budget.Held, _server.Pair.Embedder.Accepted) != (0, 0); wait++) await Task.Delay(100, TestContext.Current.CancellationToken);
        Assert.Equal((0L, 0), (budget.Held, _server.Pair.Embedder.Accepted));
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static float[] Colour(int point) => point switch
    {
        0 => Pictures.Tile(8, 250, 10, 30),
        1 => Pictures.Tile(8, 20, 240, 10),
        _ => Pictures.Tile(8, 30, 20, 200),
    };
}
