using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>What the policy says of replay reaches the trainer, with the real learner in its own process.</summary>
public sealed class ReplayPolicyTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_run_goes_on_from_the_serving_generation_as_the_policy_says_where_the_run_says_nothing_else()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(120);
        await server.Http.PutJsonAsync("/admin/policy", """{"replay":{"maxSteps":6,"distillation":"pfr"}}""").ReadAsync();
        await server.ReachesAsync(await server.StartRunAsync(Pretrain("\"distillation_weight\":2")), "promoted"); // nothing to distil from yet: it does without
        server.AddSamples(90, seed: 2);

        await server.Http.PutJsonAsync("/admin/policy", """{"replay":{"ratio":0.5,"sampling":"class-balanced","distillation":"pfr","maxSteps":7,"maxMinutes":30}}""").ReadAsync();
        string run = await server.StartRunAsync(Pretrain("\"replay_ratio\":0.25"));
        await server.ReachesAsync(run, "promoted");

        RunFolders folders = new(_data.Path);
        string id = Path.GetFileName(run);
        JsonObject keys = LearnRequest.Read(folders.Request(id)).Overrides;
        Assert.Equal((0.25, "class-balanced", "pfr", 7, 30), ((double)keys["replay_ratio"]!, (string)keys["replay_sampling"]!, (string)keys["distillation"]!, (int)keys["max_steps"]!, (double)keys["max_minutes"]!));
        JsonNode start = JsonNode.Parse(File.ReadLines(Path.Combine(folders.PathOf(id), "log.jsonl")).First())!["content"]!;
        Assert.Equal((7, 24, 8, true), ((int)start["steps"]!, (int)start["newer"]!, (int)start["replayed"]!, (bool)start["headsGoOn"]!));
        Assert.Contains("are new to it", await server.Http.GetStringAsync(run + "/events", Token), StringComparison.Ordinal);
    }

    [Fact] // its encoder has not learned from what came between: the parent is the generation with that encoder's training
    public async Task A_classifier_that_came_between_does_not_make_images_known()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(120);
        await server.ReachesAsync(await server.StartRunAsync(Pretrain("\"epochs\":1")), "promoted");
        server.AddSamples(90, seed: 2);
        await server.ReachesAsync(await server.StartRunAsync("""{"kind":"finetune","promote":"always"}"""), "promoted");
        string run = await server.StartRunAsync(Pretrain("\"epochs\":1,\"replay_ratio\":0.5"));
        await server.ReachesAsync(run, "promoted");
        JsonNode start = JsonNode.Parse(File.ReadLines(Path.Combine(new RunFolders(_data.Path).PathOf(Path.GetFileName(run)), "log.jsonl")).First())!["content"]!;
        Assert.Equal((16, 16), ((int)start["newer"]!, (int)start["replayed"]!));
    }

    [Theory]
    [InlineData("""{"replay":{"ratio":1.5}}""", "invalid_policy")]
    [InlineData("""{"replay":{"ratio":-0.5}}""", "invalid_recipe")]
    [InlineData("""{"replay":{"sampling":"newest"}}""", "invalid_policy")]
    [InlineData("""{"replay":{"distillation":"yes"}}""", "invalid_policy")]
    [InlineData("""{"replay":{"maxSteps":-1}}""", "invalid_policy")]
    [InlineData("""{"replay":{"memory":0}}""", "invalid_policy")]
    public async Task What_cannot_be_is_refused(string policy, string code)
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        await server.Http.PutJsonAsync("/admin/policy", policy).ProblemAsync(400, code);
        Assert.Equal(-1, (double)(await server.GetAsync("/admin/policy"))["replay"]!["ratio"]!);
    }

    private static string Pretrain(string overrides) =>
        $$"""{"kind":"pretrain","promote":"always","overrides":{"batch_size":32,"backbone":"resnet10","width":8,"knn_every":0,{{overrides}}} }""";
}
