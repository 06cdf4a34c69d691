using System.Text.Json.Nodes;
using Perennial.Core.Search;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class SwapTests
{
    [Fact]
    public async Task While_generations_are_swapped_every_answer_is_of_one_of_them_and_none_fails()
    {
        TinyEncoder[] encoders = [.. Enumerable.Range(1, 6).Select(seed => new TinyEncoder(size: 8, seed: seed))];
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = encoders[0] });
        await IndexAsync(server, encoders[0]);
        bool done = false;
        List<int>[] seen = [.. Enumerable.Range(0, 4).Select(_ => new List<int>())];
        Task[] clients = [.. seen.Select((list, i) => Task.Run(async () =>
        {
            while (!Volatile.Read(ref done)) list.Add(i % 2 == 0 ? await EmbedAsync(server, encoders) : await SearchAsync(server, encoders));
        }))];
        foreach (TinyEncoder next in encoders.Skip(1))
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
            await IndexAsync(server, next, serve: true);
        }
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Volatile.Write(ref done, true);
        await Task.WhenAll(clients);
        Assert.All(seen, list => Assert.Equal(list.Order(), list)); // one client never sees a generation go back
        Assert.All(seen, list => Assert.Contains(6, list));
    }

    private static async Task<int> EmbedAsync(LiveServer server, TinyEncoder[] encoders)
    {
        JsonObject answer = await server.Http.PostImageAsync("/embed", Pictures.Png(200, 100, 50)).ReadAsync();
        int generation = (int)answer["generation"]!;
        EmbedTests.AssertClose(encoders[generation - 1].Embed(Pictures.Tile(8, 200, 100, 50)), Calls.Floats(answer["embeddings"]![0]!["embedding"]));
        return generation;
    }

    // The one vector of each collection is the query's own in that generation, so that a mixture would score far from 1.
    private static async Task<int> SearchAsync(LiveServer server, TinyEncoder[] encoders)
    {
        JsonObject answer = await server.Http.PostImageAsync("/search", Pictures.Png(200, 100, 50)).ReadAsync();
        int generation = (int)answer["generation"]!;
        Assert.Equal($"g{generation}", (string?)Assert.Single(answer["hits"]!.AsArray())!["id"]);
        Assert.Equal(1f, (float)answer["hits"]![0]!["score"]!, 1e-5f);
        return generation;
    }

    private static async Task IndexAsync(LiveServer server, TinyEncoder encoder, bool serve = false)
    {
        TinyGeneration generation = new() { Encoder = encoder };
        string digest = "sha256:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(encoder.ToOnnx()));
        await using (IVectorCollection collection = await server.Get<IVectorIndex>().OpenAsync(digest, encoder.Dimensions, TestContext.Current.CancellationToken))
        {
            int number = serve ? server.Pair.Manifest.Number + 1 : server.Pair.Manifest.Number;
            await collection.UpsertAsync([new VectorPoint($"g{number}", encoder.Embed(Pictures.Tile(8, 200, 100, 50)), null, null)], TestContext.Current.CancellationToken);
        }
        if (serve) await server.ServeAsync(generation);
    }
}
