using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Core.Search;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>What becomes of the vectors and of the generation before, when another one takes over.</summary>
public sealed class SuccessionTests : IDisposable
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
    public async Task A_vector_of_the_generation_before_is_searched_over_a_bridge_that_the_answer_names()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(200);
        await server.IndexedAsync();
        await PolicyAsync(server, """{"bridge":{"leastRecall":0.1}}""");
        float[] kept = (await server.Get<Rollout>().Current!.Space.Collection.FindVectorAsync(ids[7], Token))!;
        JsonObject run = await PromoteAsync(server, seed: 2);
        Assert.Contains("A vector of generation 1 finds", (string)run["message"]!);

        JsonObject answer = await SearchAsync(server, kept, generation: 1).ReadAsync();
        Assert.Equal(2, (int)answer["generation"]!);
        JsonNode bridge = answer["bridge"]!;
        Assert.Equal((1, 2, 40), ((int)bridge["from"]!, (int)bridge["to"]!, (int)bridge["images"]!)); // one in five of 200 is held out
        Assert.InRange((double)bridge["recallAt10"]!, 0.1, 1);

        // A vector of the serving generation needs none; after a rollback the bridge leads the other way.
        float[] own = (await server.Get<Rollout>().Current!.Space.Collection.FindVectorAsync(ids[7], Token))!;
        Assert.False((await SearchAsync(server, own, generation: 2).ReadAsync()).ContainsKey("bridge"));
        await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        JsonObject back = await SearchAsync(server, own, generation: 2).ReadAsync();
        Assert.Equal((1, 2, 1), ((int)back["generation"]!, (int)back["bridge"]!["from"]!, (int)back["bridge"]!["to"]!));
    }

    [Fact]
    public async Task A_bridge_that_is_not_good_enough_or_a_vector_that_does_not_fit_is_refused()
    {
        await using LoopServer server = await StartAsync();
        server.AddSamples(60);
        await PromoteAsync(server, seed: 2);
        await PolicyAsync(server, """{"bridge":{"leastRecall":1}}""");
        float[] vector = [.. Enumerable.Range(0, 8).Select(i => (float)i)];
        JsonObject problem = await SearchAsync(server, vector, generation: 1).ProblemAsync(409, "generation_mismatch");
        Assert.Contains("100", (string)problem["detail"]!);
        await PolicyAsync(server, """{"bridge":{"leastRecall":0}}""");
        await SearchAsync(server, vector[..7], generation: 1).ProblemAsync(400, "invalid_request");
        await SearchAsync(server, new float[8], generation: 1).ProblemAsync(400, "invalid_request");
        await SearchAsync(server, vector, generation: 9).ProblemAsync(409, "generation_mismatch");
        await PolicyAsync(server, """{"bridge":{"enabled":false}}""");
        await SearchAsync(server, vector, generation: 1).ProblemAsync(409, "generation_mismatch");
    }

    [Fact]
    public async Task The_generation_before_goes_when_its_time_is_over_and_can_be_promoted_again()
    {
        await using LoopServer server = await StartAsync();
        server.AddSamples(10);
        await server.IndexedAsync();
        string first = server.Get<Rollout>().Current!.Manifest.Digest;
        await PromoteAsync(server, seed: 2);
        await PolicyAsync(server, """{"retention":{"keepPreviousFor":"00:00:00"}}""");
        IVectorIndex index = server.Get<IVectorIndex>();
        await LoopServer.UntilAsync(async () => !(await index.ListAsync(Token)).Contains(first), "the vectors of the generation before are gone");
        JsonObject problem = await server.Http.PostAsync("/admin/rollback", null, Token).ProblemAsync(409, "nothing_to_roll_back");
        Assert.Contains("POST /admin/generations/1/promote", (string)problem["detail"]!);
        await PolicyAsync(server, "{}");
        await server.ReachesAsync((await server.Http.PostAsync("/admin/generations/1/promote", null, Token)).Headers.Location!.ToString(), "promoted");
        Assert.Equal(1, await server.ServingAsync());
    }

    [Fact]
    public async Task A_generation_that_the_gate_rejected_is_promoted_by_force_only()
    {
        await using LoopServer server = await StartAsync();
        Commit(seed: 2, rejected: true);
        JsonObject problem = await server.Http.PostAsync("/admin/generations/2/promote", null, Token).ProblemAsync(409, "generation_rejected");
        Assert.Contains("it is worse", (string)problem["detail"]!);
        await server.Http.PostAsync("/admin/generations/2/promote?force=perhaps", null, Token).ProblemAsync(400, "invalid_request");
        using HttpResponseMessage answer = await server.Http.PostAsync("/admin/generations/2/promote?force=true", null, Token);
        await server.ReachesAsync(answer.Headers.Location!.ToString(), "promoted");
    }

    [Fact]
    public async Task A_deleted_image_is_gone_from_the_generation_that_is_kept_ready_too()
    {
        await using LoopServer server = await StartAsync();
        IReadOnlyList<string> ids = server.AddSamples(20);
        await PromoteAsync(server, seed: 2);
        server.Corpus.Delete(ids[3]);
        EmbeddingSpace retained = server.Get<Rollout>().Retained!.Space;
        await LoopServer.UntilAsync(() => Task.FromResult(retained.Lag == 0), "the retained collection is level");
        Assert.Null(await retained.Collection.FindVectorAsync(ids[3], Token));
        await server.Http.PostAsync("/admin/rollback", null, Token).ReadAsync();
        await server.IndexedAsync();
        Assert.Equal(19, server.Get<Rollout>().Current!.Space.Collection.Count);
    }

    [Theory]
    [InlineData("""{"gate":{"withLabels":{"knAccuracy":{}}}}""", "invalid_request", "knAccuracy")]
    [InlineData("""{"gate":{"withLabels":{"knnAccuracy":{"allowedDrop":-0.1}}}}""", "invalid_policy", "gate.withLabels.knnAccuracy")]
    [InlineData("""{"gate":{"withoutLabels":{"alignment":{"allowedDrop":0.1}}}}""", "invalid_policy", "gate.withoutLabels.alignment")]
    [InlineData("""{"gate":{"standardErrors":-1}}""", "invalid_policy", "StandardErrors")]
    [InlineData("""{"bridge":{"leastRecall":1.5}}""", "invalid_policy", "LeastRecall")]
    [InlineData("""{"retention":{"keepPreviousFor":"-01:00:00"}}""", "invalid_policy", "KeepPreviousFor")]
    [InlineData("""{"retention":{"keepPreviousFor":"soon"}}""", "invalid_request", "keepPreviousFor")]
    public async Task An_impossible_policy_is_refused_by_the_name_of_its_member(string policy, string code, string member)
    {
        await using LoopServer server = await StartAsync();
        JsonObject problem = await server.Http.PutJsonAsync("/admin/policy", policy).ProblemAsync(400, code);
        Assert.Contains(member, (string)problem["detail"]!);
    }

    private Task<LoopServer> StartAsync()
    {
        string starter = Path.Combine(_elsewhere.Path, "gen-000001");
        if (!Directory.Exists(starter)) new TinyGeneration().CommitTo(_elsewhere.Path);
        return LoopServer.StartAsync(_data.Path, starter);
    }

    private async Task<JsonObject> PromoteAsync(LoopServer server, int seed)
    {
        int number = Commit(seed, rejected: false);
        using HttpResponseMessage answer = await server.Http.PostAsync($"/admin/generations/{number}/promote", null, Token);
        return await server.ReachesAsync(answer.Headers.Location!.ToString(), "promoted");
    }

    private int Commit(int seed, bool rejected) => new TinyGeneration
    {
        Encoder = new TinyEncoder(size: 8, seed: seed),
        ChangeManifest = manifest => manifest with { Run = $"made by test {seed}" },
        ChangeFiles = folder =>
        {
            Scores scores = new() { ViewRecall = 0.5, RankMe = 4, Alignment = 0.5, Uniformity = -2, EmbeddingStd = 0.3, TestImages = 50 };
            new EvaluationReport { New = scores, Verdict = new Verdict(!rejected, ["it is worse"]) }.Write(Path.Combine(folder, GenerationFiles.Evaluation));
        },
    }.CommitTo(Path.Combine(_data.Path, "models")).Number;

    private static async Task PolicyAsync(LoopServer server, string policy) => await server.Http.PutJsonAsync("/admin/policy", policy).ReadAsync();

    private static Task<HttpResponseMessage> SearchAsync(LoopServer server, float[] vector, int generation) => server.Http.PostJsonAsync("/search",
        $$"""{"generation":{{generation}},"vector":[{{string.Join(',', vector.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}}]}""");
}
