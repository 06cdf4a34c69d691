using System.Diagnostics;
using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Demo.Samples;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>The whole loop with the real learner in its own process, on a network and a corpus small enough for seconds.</summary>
public sealed class LearnerTests : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_run_goes_from_queued_to_promoted_and_a_finetuning_adds_a_classifier()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        IReadOnlyList<string> ids = server.AddSamples(120);
        string run = await server.StartRunAsync(Pretrain(epochs: 1));
        string events = WithoutComments(await server.Http.GetStringAsync(run + "/events", Token)); // ends when the run does
        string[] states = [.. events.Split('\n').Where(line => line.StartsWith("data: {\"state\"", StringComparison.Ordinal)).Select(line => (string)JsonNode.Parse(line[6..])!["state"]!)];
        Assert.Equal(["queued", "running", "evaluating", "exporting", "indexing", "promoted"], states);

        using HttpRequestMessage resumed = new(HttpMethod.Get, run + "/events");
        resumed.Headers.Add("Last-Event-ID", "1");
        string rest = WithoutComments(await (await server.Http.SendAsync(resumed, Token)).Content.ReadAsStringAsync(Token));
        Assert.StartsWith("id: 2\n", rest, StringComparison.Ordinal);
        Assert.EndsWith(rest, events, StringComparison.Ordinal);

        JsonObject hits = await server.Http.PostJsonAsync("/search", $$"""{"id":"{{ids[0]}}","k":3}""").ReadAsync();
        Assert.Equal((1, 3), ((int)hits["generation"]!, hits["hits"]!.AsArray().Count));

        await server.ReachesAsync(await server.StartRunAsync("""{"kind":"finetune","promote":"always"}"""), "promoted");
        JsonObject named = await server.Http.PostImageAsync("/classify?top=10", server.Corpus.ReadOriginal(ids[0])!, "application/octet-stream").ReadAsync();
        Assert.Equal((2, 10), ((int)named["generation"]!, named["predictions"]![0]!["labels"]!.AsArray().Count));
        Assert.Equal((string?)hits["digest"], (string?)named["digest"]); // the same encoder: nothing was indexed anew
    }

    [Fact]
    public async Task A_learner_that_is_killed_is_started_again_and_finishes()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(120);
        string run = await server.StartRunAsync(Pretrain(epochs: 3));
        await KillLearnerAsync(run);
        await server.ReachesAsync(run, "promoted");
        Assert.Contains("killed by signal 9", await server.Http.GetStringAsync(run + "/events", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rejected_generation_leaves_the_old_one_serving()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(120);
        await server.ReachesAsync(await server.StartRunAsync(Pretrain(epochs: 1)), "promoted");
        await server.Http.PutJsonAsync("/admin/policy", """{"gate":{"leastRank":10000}}""").ReadAsync();
        JsonObject rejected = await server.ReachesAsync(await server.StartRunAsync(Pretrain(epochs: 1)), "rejected");
        Assert.Equal((1, 2), ((int)rejected["parentGeneration"]!, (int)rejected["generation"]!));
        Assert.Contains("below the least allowed 10000.0", rejected["evaluation"]!["verdict"]!["reasons"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(1, await server.ServingAsync());
        JsonObject generations = await server.GetAsync("/admin/generations");
        Assert.Equal(2, generations["generations"]!.AsArray().Count); // kept: it may be promoted by hand
        Assert.Null(generations["retained"]);
    }

    [Fact]
    public async Task A_server_that_stops_leaves_a_checkpoint_and_the_next_one_goes_on_from_it()
    {
        string run;
        await using (LoopServer server = await LoopServer.StartAsync(_data.Path))
        {
            server.AddSamples(120);
            run = await server.StartRunAsync(Pretrain(epochs: 400));
            await LoopServer.UntilAsync(async () => (double)(await server.GetAsync(run))["progress"]! > 0.055, "training has begun");
        }
        await using LoopServer again = await LoopServer.StartAsync(_data.Path);
        await LoopServer.UntilAsync(() => Task.FromResult(Starts(run).Length == 2), "the learner is at work again");
        Assert.Equal(0, Starts(run)[0]);
        Assert.True(Starts(run)[1] > 0);
        await again.Http.PostAsync(run + "/cancel", null, Token).ReadAsync(202);
        await again.ReachesAsync(run, "cancelled");
        await again.Http.PostAsync(run + "/cancel", null, Token).ReadAsync(202); // asking twice is harmless
        Assert.Empty(await Learners(run));
    }

    [Fact]
    public async Task A_server_that_is_killed_loses_no_acknowledged_image_and_its_run_goes_on()
    {
        string run;
        List<string> acknowledged = [];
        using (ServerProcess server = await ServerProcess.StartAsync(_data.Path))
        {
            foreach (Sample sample in SampleImages.Render(120, seed: 1, null, Token))
                acknowledged.Add((string)(await server.Http.PostImageAsync("/images", sample.Bytes, "application/octet-stream").ReadAsync(201))["images"]![0]!["id"]!);
            using HttpResponseMessage queued = await server.Http.PostJsonAsync("/admin/runs", Pretrain(epochs: 60, promote: "always"));
            run = queued.Headers.Location!.ToString();
            await LoopServer.UntilAsync(() => Task.FromResult(Starts(run).Length == 1), "training has begun");
            await server.Http.PostImageAsync("/images", Pictures.Jpeg(), "image/jpeg").ReadAsync(201);
            server.Kill();
        }
        await using LoopServer again = await LoopServer.StartAsync(_data.Path);
        Assert.All(acknowledged, id => Assert.NotNull(again.Corpus.ReadOriginal(id)));
        Assert.Equal(121, again.Corpus.Count);
        await again.ReachesAsync(run, "promoted");
        await again.IndexedAsync();
        Assert.Equal(121, again.Get<Rollout>().Current!.Space.Collection.Count);
        Assert.DoesNotContain("killed", await again.Http.GetStringAsync(run + "/events", Token), StringComparison.Ordinal); // its learner left by itself
    }

    [Theory]
    [InlineData("""{"kind":"pretrain"}""", 422, "corpus_too_small")]
    [InlineData("""{"kind":"pretrain","recipe":"nonsense"}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"pretrain","recipe":"../simclr"}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"pretrain","overrides":{"epochs":0}}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"pretrain","overrides":{"epoch":1}}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"pretrain","overrides":{"epochs":[1]}}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"finetune"}""", 409, "no_generation")]
    [InlineData("""{"kind":"finetune","overrides":{"head":"round"}}""", 400, "invalid_recipe")]
    [InlineData("""{"kind":"reindex"}""", 409, "no_generation")]
    [InlineData("""{"kind":"dream"}""", 400, "invalid_request")]
    [InlineData("""{"kind":"pretrain","promote":"perhaps"}""", 400, "invalid_request")]
    public async Task A_run_that_cannot_succeed_is_refused_before_it_is_queued(string json, int status, string code)
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        await server.Http.PostJsonAsync("/admin/runs", json).ProblemAsync(status, code);
        Assert.Empty((await server.GetAsync("/admin/runs"))["runs"]!.AsArray());
    }

    [Fact]
    public async Task A_policy_is_checked_and_kept()
    {
        await using (LoopServer server = await LoopServer.StartAsync(_data.Path))
        {
            await server.Http.PutJsonAsync("/admin/policy", """{"limits":{"nice":40}}""").ProblemAsync(400, "invalid_policy");
            await server.Http.PutJsonAsync("/admin/policy", """{"run":{"recipe":"nonsense"}}""").ProblemAsync(400, "invalid_recipe");
            await server.Http.PutJsonAsync("/admin/policy", """{"limits":{"nice":5},"gate":{"knnTolerance":0.02}}""").ReadAsync();
        }
        await using LoopServer again = await LoopServer.StartAsync(_data.Path);
        JsonObject policy = await again.GetAsync("/admin/policy");
        Assert.Equal((5, 0.02), ((int)policy["limits"]!["nice"]!, (double)policy["gate"]!["knnTolerance"]!));
    }

    private static string Pretrain(int epochs, string promote = "auto") =>
        $$"""{"kind":"pretrain","promote":"{{promote}}","overrides":{"epochs":{{epochs}},"batch_size":32,"backbone":"resnet10","width":8,"knn_every":0} }""";

    private static async Task KillLearnerAsync(string run)
    {
        int[] learners = [];
        await LoopServer.UntilAsync(async () => (learners = await Learners(run)).Length == 1, "the learner is at work");
        Process.GetProcessById(learners[0]).Kill();
    }

    // A slow run is kept alive by comments, at other times for each watcher.
    private static string WithoutComments(string events) => string.Join("\n\n", events.Split("\n\n").Where(message => message != ":"));

    private static async Task<int[]> Learners(string run)
    {
        List<int> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)))
        {
            try
            {
                if ((await File.ReadAllTextAsync(Path.Combine(process, "cmdline"), Token)).Contains("--run\0" + Path.GetFileName(run), StringComparison.Ordinal))
                    found.Add(int.Parse(Path.GetFileName(process), System.Globalization.CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // It has just ended.
            }
        }
        return [.. found];
    }

    /// <summary>The steps at which learners have begun, from the run's log.</summary>
    private long[] Starts(string run)
    {
        string log = Path.Combine(new RunFolders(_data.Path).PathOf(Path.GetFileName(run)), "log.jsonl");
        if (!File.Exists(log)) return [];
        using StreamReader reader = new(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Contains("\"kind\":\"start\"", StringComparison.Ordinal) && line.EndsWith('}'))
            .Select(line => (long)JsonNode.Parse(line)!["content"]!["step"]!)];
    }
}
