using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Demo.Samples;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>The server's half of the loop, on tiny generations that need no training.</summary>
public sealed class RolloutTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _elsewhere = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _data.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task A_fresh_server_serves_the_starter_and_indexes_what_it_is_given()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(30);
        await server.IndexedAsync();
        foreach (string id in ids) await FindsItselfAsync(server, id);
        Assert.Equal(1, await server.ServingAsync());
    }

    [Fact]
    public async Task The_starter_that_ships_tells_pictures_of_one_kind_from_others()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path, new BackgroundOptions().StarterFolder);
        IReadOnlyList<string> ids = server.AddSamples(200);
        await server.IndexedAsync();
        EmbeddingSpace space = server.Get<Rollout>().Current!.Space;
        int alike = 0;
        foreach (string id in ids)
        {
            IReadOnlyList<SearchHit> near = await space.Collection.SearchAsync((await space.Collection.FindVectorAsync(id, Token))!, 2, null, Token);
            if (near.Single(hit => hit.Id != id).Label == server.Corpus.Find(id)!.Label) alike++;
        }
        Assert.InRange(alike / (double)ids.Count, 1.5 / SampleImages.Families.Count, 1); // half as much again as chance
    }

    [Fact]
    public async Task Labels_and_deletions_reach_the_index()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(10);
        server.Corpus.SetLabel(ids[0], "renamed");
        server.Corpus.Delete(ids[1]);
        await server.IndexedAsync();
        EmbeddingSpace space = server.Get<Rollout>().Current!.Space;
        Assert.Equal(9, space.Collection.Count);
        float[] query = (await space.Collection.FindVectorAsync(ids[0], Token))!;
        Assert.Equal("renamed", Assert.Single(await space.Collection.SearchAsync(query, 5, new SearchFilter("renamed", null), Token)).Label);
        Assert.Null(await space.Collection.FindVectorAsync(ids[1], Token));
    }

    [Fact]
    public async Task A_promotion_flips_engine_and_vectors_and_a_rollback_brings_both_back()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(40);
        Commit(seed: 2);
        JsonObject run = await PromoteAsync(server, 2);
        Assert.Equal("promoted", (string?)run["state"]);
        Assert.Equal(2, await server.ServingAsync());
        await FindsItselfAsync(server, ids[3], generation: 2);

        JsonObject back = await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        Assert.Equal((1, 2), ((int)back["generation"]!, (int)back["previous"]!));
        await FindsItselfAsync(server, ids[3], generation: 1);
        await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        await FindsItselfAsync(server, ids[3], generation: 2);
    }

    [Fact]
    public async Task Without_an_earlier_generation_there_is_nothing_to_roll_back_to()
    {
        await using LoopServer server = await StartAsync();
        await server.Http.PostAsync("/admin/rollback", null, Token).ProblemAsync(409, "nothing_to_roll_back");
        await server.Http.PostAsync("/admin/generations/7/promote", null, Token).ProblemAsync(404, "generation_not_found");
        Assert.Equal(1, await server.ServingAsync());
    }

    [Fact]
    public async Task The_generation_before_the_last_one_gives_up_its_vectors_and_keeps_its_folder()
    {
        await using LoopServer server = await StartAsync();
        server.AddSamples(10);
        await server.IndexedAsync();
        string first = server.Get<Rollout>().Current!.Manifest.Digest;
        foreach (int seed in (int[])[2, 3])
        {
            Commit(seed);
            await PromoteAsync(server, seed);
        }
        IVectorIndex index = server.Get<IVectorIndex>();
        await LoopServer.UntilAsync(async () => !(await index.ListAsync(Token)).Contains(first), "the oldest collection is gone");
        Assert.Equal(2, (await index.ListAsync(Token)).Count);
        Assert.Equal(3, server.Get<GenerationStore>().List().Count);
    }

    [Fact]
    public async Task An_image_deleted_while_a_candidate_is_indexed_is_not_in_it_when_it_serves()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(300);
        Commit(seed: 2);
        string run = await StartPromotionAsync(server, 2);
        foreach (string id in ids.Take(20)) server.Corpus.Delete(id);
        await server.ReachesAsync(run, "promoted");
        await server.IndexedAsync();
        IVectorCollection collection = server.Get<Rollout>().Current!.Space.Collection;
        Assert.Equal(280, collection.Count);
        Assert.Empty(await collection.ExistingAsync([.. ids.Take(20)], Token));
    }

    [Fact]
    public async Task Searches_during_promotions_and_rollbacks_never_mix_two_generations()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(60);
        await server.IndexedAsync();
        byte[][] images = [.. ids.Select(id => server.Corpus.ReadOriginal(id)!)];
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        HashSet<int>[] seen = [[], [], []];
        Task[] clients = [.. seen.Select((generations, client) => Task.Run(async () =>
        {
            for (int i = client; !done.IsCancellationRequested; i = (i + 7) % ids.Count)
            {
                JsonObject answer = await server.Http.PostImageAsync("/search?k=60", images[i], "application/octet-stream").ReadAsync();
                JsonNode self = answer["hits"]!.AsArray().Single(hit => (string)hit!["id"]! == ids[i])!;
                Assert.Equal(1f, (float)self["score"]!, 1e-3f); // an image's vector of another generation would be far away
                generations.Add((int)answer["generation"]!);
            }
        }, Token))];
        Commit(seed: 2);
        await PromoteAsync(server, 2);
        for (int i = 0; i < 10; i++)
        {
            await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
            await Task.Delay(20, Token);
        }
        await done.CancelAsync();
        await Task.WhenAll(clients);
        Assert.All(seen, generations => Assert.Equal([1, 2], generations.Order()));
    }

    [Fact]
    public async Task After_a_restart_the_promoted_generation_serves_and_the_one_before_is_ready()
    {
        await using (LoopServer server = await StartAsync())
        {
            server.AddSamples(20);
            Commit(seed: 2);
            await PromoteAsync(server, 2);
        }
        await using LoopServer again = await StartAsync();
        Assert.Equal(2, await again.ServingAsync());
        await again.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        Assert.Equal(1, await again.ServingAsync());
        await again.IndexedAsync();
        Assert.Equal(20, again.Get<Rollout>().Current!.Space.Collection.Count);
    }

    [Fact]
    public async Task A_promoted_generation_that_was_damaged_since_gives_way_to_the_one_before()
    {
        await using (LoopServer server = await StartAsync())
        {
            server.AddSamples(5);
            Commit(seed: 2);
            await PromoteAsync(server, 2);
        }
        string encoder = Path.Combine(_data.Path, "models", "gen-000002", GenerationFiles.Encoder);
        byte[] bytes = await File.ReadAllBytesAsync(encoder, Token);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(encoder, bytes, Token);
        await using LoopServer again = await StartAsync();
        Assert.Equal(1, await again.ServingAsync());
    }

    [Fact]
    public async Task A_collection_whose_files_were_lost_is_filled_anew()
    {
        IReadOnlyList<string> ids;
        await using (LoopServer server = await StartAsync())
        {
            ids = server.AddSamples(15);
            await server.IndexedAsync();
        }
        Directory.Delete(Path.Combine(_data.Path, "index"), recursive: true);
        await using LoopServer again = await StartAsync();
        await again.IndexedAsync();
        foreach (string id in ids) await FindsItselfAsync(again, id);
    }

    [Fact]
    public async Task A_run_that_a_crash_interrupted_while_indexing_is_carried_on()
    {
        await using (LoopServer server = await StartAsync()) server.AddSamples(20);
        Commit(seed: 2);
        string id;
        using (Catalogue catalogue = Catalogue.Open(_data.Path))
        {
            RunStore store = new(catalogue, TimeProvider.System);
            id = store.TryAdd(new RunRequest(RunKind.Reindex, null, [], PromotionRule.Always, Generation: 2), limit: 1)!.Id;
            Assert.True(store.MoveTo(id, RunState.Indexing));
        }
        await using LoopServer again = await StartAsync();
        await again.ReachesAsync($"/admin/runs/{id}", "promoted");
        Assert.Equal(2, await again.ServingAsync());
    }

    [Fact]
    public async Task A_cancelled_run_that_a_crash_interrupted_stays_cancelled()
    {
        await using (LoopServer server = await StartAsync()) server.AddSamples(20);
        Commit(seed: 2);
        string id;
        using (Catalogue catalogue = Catalogue.Open(_data.Path))
        {
            RunStore store = new(catalogue, TimeProvider.System);
            id = store.TryAdd(new RunRequest(RunKind.Reindex, null, [], PromotionRule.Always, Generation: 2), limit: 1)!.Id;
            store.MoveTo(id, RunState.Indexing);
            await File.WriteAllTextAsync(new RunFolders(_data.Path).CancelMark(id), "", Token);
        }
        await using LoopServer again = await StartAsync();
        await again.ReachesAsync($"/admin/runs/{id}", "cancelled");
        Assert.Equal(1, await again.ServingAsync());
    }

    [Fact]
    public async Task A_reindex_finds_what_the_collection_lost()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(12);
        await server.IndexedAsync();
        await server.Get<Rollout>().Current!.Space.Collection.DeleteAsync([ids[0], ids[5]], Token);
        await server.ReachesAsync(await server.StartRunAsync("""{"kind":"reindex"}"""), "completed");
        await FindsItselfAsync(server, ids[0]);
        await FindsItselfAsync(server, ids[5]);
    }

    private Task<LoopServer> StartAsync()
    {
        string starter = Path.Combine(_elsewhere.Path, "gen-000001");
        if (!Directory.Exists(starter)) new TinyGeneration().CommitTo(_elsewhere.Path);
        return LoopServer.StartAsync(_data.Path, starter);
    }

    private void Commit(int seed) => new TinyGeneration { Encoder = new TinyEncoder(size: 8, seed: seed), ChangeManifest = manifest => manifest with { Run = $"made by test {seed}" } }
        .CommitTo(Path.Combine(_data.Path, "models"));

    private static async Task<string> StartPromotionAsync(LoopServer server, int generation)
    {
        using HttpResponseMessage answer = await server.Http.PostAsync($"/admin/generations/{generation}/promote", null, Token);
        Assert.Equal(202, (int)answer.StatusCode);
        return answer.Headers.Location!.ToString();
    }

    private static async Task<JsonObject> PromoteAsync(LoopServer server, int generation) => await server.ReachesAsync(await StartPromotionAsync(server, generation), "promoted");

    private static async Task FindsItselfAsync(LoopServer server, string id, int? generation = null)
    {
        JsonObject answer = await server.Http.PostImageAsync("/search?k=1000", server.Corpus.ReadOriginal(id)!, "application/octet-stream").ReadAsync();
        JsonNode self = answer["hits"]!.AsArray().Single(hit => (string)hit!["id"]! == id)!;
        Assert.Equal(1f, (float)self["score"]!, 1e-3f);
        if (generation is { } expected) Assert.Equal(expected, (int)answer["generation"]!);
    }
}
