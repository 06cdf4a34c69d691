using System.Net;
using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>Promotions and rollbacks from several operators at once, while others ask and watch.</summary>
public sealed class ConcurrentSwapTests : IDisposable
{
    private const int Operators = 4;
    private const int Orders = 60;

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _data.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task Whatever_the_order_no_answer_fails_or_is_of_two_generations_and_what_serves_is_what_is_recorded()
    {
        TinyEncoder[] encoders = [.. Enumerable.Range(1, 4).Select(seed => new TinyEncoder(size: 8, seed: seed))];
        new TinyGeneration { Encoder = encoders[0] }.CommitTo(_elsewhere.Path);
        await using LoopServer server = await LoopServer.StartAsync(_data.Path, Path.Combine(_elsewhere.Path, "gen-000001"));
        foreach (TinyEncoder encoder in encoders[1..])
            new TinyGeneration { Encoder = encoder, ChangeManifest = manifest => manifest with { Run = "made elsewhere" } }.CommitTo(Path.Combine(_data.Path, "models"));
        server.AddSamples(10);

        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        int[] asked = [0, 0];
        Task[] callers = [.. Enumerable.Range(0, 2).Select(caller => Task.Run(async () =>
        {
            for (; !done.IsCancellationRequested; asked[caller]++) await AskAsync(server, encoders);
        }, Token))];
        await Task.WhenAll(Enumerable.Range(0, Operators).Select(seed => Task.Run(() => OperateAsync(server, new Random(seed)), Token)));
        await LoopServer.UntilAsync(() => Task.FromResult(server.Get<RunStore>().Unfinished().Count == 0), "the last order is carried out");
        await done.CancelAsync();
        await Task.WhenAll(callers);

        Assert.All(asked, count => Assert.NotEqual(0, count));
        Promotion recorded = server.Get<PromotionRecord>().Current!;
        JsonObject now = await server.GetAsync("/admin/generations");
        Assert.Equal((recorded.Generation, recorded.Previous), ((int)now["serving"]!, (int?)now["retained"]));
        Assert.Equal(recorded.Generation, await AskAsync(server, encoders));
    }

    private static async Task OperateAsync(LoopServer server, Random random)
    {
        for (int order = 0; order < Orders / Operators; order++)
        {
            string path = random.Next(2) == 0 ? "/admin/rollback" : $"/admin/generations/{random.Next(1, 5)}/promote";
            using HttpResponseMessage answer = await server.Http.PostAsync(path, null, Token);
            // 409: nothing to roll back to yet; 429: the queue of runs is full.
            Assert.Contains(answer.StatusCode, new[] { HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests });
            await Task.Delay(random.Next(20), Token);
        }
    }

    private static async Task<int> AskAsync(LoopServer server, TinyEncoder[] encoders)
    {
        using (HttpResponseMessage ready = await server.Http.GetAsync("/health/ready", Token)) Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        using HttpResponseMessage response = await server.Http.PostImageAsync("/embed", Pictures.Png(200, 100, 50));
        JsonObject answer = await Task.FromResult(response).ReadAsync();
        int generation = (int)answer["generation"]!;
        Assert.Equal((string)answer["digest"]!, response.Headers.GetValues("X-Perennial-Digest").Single());
        Assert.Equal(generation.ToString(System.Globalization.CultureInfo.InvariantCulture), response.Headers.GetValues("X-Perennial-Generation").Single());
        float[] expected = encoders[generation - 1].Embed(Pictures.Tile(8, 200, 100, 50)), actual = Calls.Floats(answer["embeddings"]![0]!["embedding"]);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
        return generation;
    }
}
