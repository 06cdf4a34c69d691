using System.Text.Json.Nodes;
using Perennial.Background;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>Runs that their operator pauses, with the real learner in its own process.</summary>
public sealed class PauseTests : IDisposable
{
    private const string Long = """{"kind":"pretrain","promote":"always","overrides":{"epochs":4000,"batch_size":32,"backbone":"resnet10","width":8,"knn_every":0}}""";
    private const string Short = """{"kind":"pretrain","promote":"always","overrides":{"epochs":1,"batch_size":32,"backbone":"resnet10","width":8,"knn_every":0}}""";

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_paused_run_stays_paused_over_a_restart_and_leaves_the_learners_place_to_others_and_goes_on_where_it_was()
    {
        string run;
        double before;
        await using (LoopServer server = await LoopServer.StartAsync(_data.Path))
        {
            server.AddSamples(120);
            run = await server.StartRunAsync(Long);
            await LoopServer.UntilAsync(async () => (double)(await server.GetAsync(run))["progress"]! > 0.055, "training has begun");
            JsonObject paused = await server.Http.PostAsync(run + "/pause", null, Token).ReadAsync(202);
            Assert.True((bool)paused["paused"]!);
            Assert.Equal("running", (string)paused["state"]!);
            await server.Http.PostAsync(run + "/pause", null, Token).ReadAsync(202); // asking twice is harmless
            await LoopServer.UntilAsync(() => Task.FromResult(!IsHeld(run)), "the learner has left");
            before = (double)(await server.GetAsync(run))["progress"]!;
            await server.ReachesAsync(await server.StartRunAsync(Short), "promoted");
        }
        await using LoopServer again = await LoopServer.StartAsync(_data.Path);
        await Task.Delay(1500, Token); // as long as it takes to look for work
        JsonObject still = await again.GetAsync(run);
        Assert.True((bool)still["paused"]!);
        Assert.Equal(before, (double)still["progress"]!);
        Assert.False(IsHeld(run));
        JsonObject resumed = await again.Http.PostAsync(run + "/resume", null, Token).ReadAsync(202);
        Assert.False((bool)resumed["paused"]!);
        await LoopServer.UntilAsync(async () => (double)(await again.GetAsync(run))["progress"]! > before, "it has gone on");
        await again.Http.PostAsync(run + "/pause", null, Token).ReadAsync(202);
        await again.Http.PostAsync(run + "/cancel", null, Token).ReadAsync(202);
        Assert.False((bool)(await again.ReachesAsync(run, "cancelled"))["paused"]!);
        Assert.Contains("\"paused\":true", await again.Http.GetStringAsync(run + "/events", Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queued_run_can_be_paused_and_others_go_first_and_a_cancelled_one_ends_without_being_resumed()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(120);
        string busy = await server.StartRunAsync(Long), waiting = await server.StartRunAsync(Long), next = await server.StartRunAsync(Short);
        await server.Http.PostAsync(waiting + "/pause", null, Token).ReadAsync(202);
        await server.Http.PostAsync(busy + "/cancel", null, Token).ReadAsync(202);
        await server.ReachesAsync(next, "promoted");
        Assert.Equal(("queued", true), ((string)(await server.GetAsync(waiting))["state"]!, (bool)(await server.GetAsync(waiting))["paused"]!));
        await server.Http.PostAsync(waiting + "/cancel", null, Token).ReadAsync(202);
        await server.ReachesAsync(waiting, "cancelled");
        await server.Http.PostAsync(waiting + "/pause", null, Token).ProblemAsync(409, "run_finished");
        await server.Http.PostAsync(next + "/resume", null, Token).ProblemAsync(409, "run_finished");
        await server.Http.PostAsync("/admin/runs/none/pause", null, Token).ProblemAsync(404, "run_not_found");
    }

    [Fact]
    public async Task A_run_that_is_paused_while_it_indexes_keeps_its_vectors_and_is_promoted_after_it_is_resumed()
    {
        await using LoopServer server = await LoopServer.StartAsync(_data.Path);
        server.AddSamples(2000);
        string run = await server.StartRunAsync(Short);
        await server.ReachesAsync(run, "indexing");
        await server.Http.PostAsync(run + "/pause", null, Token).ReadAsync(202);
        await Task.Delay(1500, Token);
        JsonObject paused = await server.GetAsync(run);
        Assert.Equal(("indexing", true), ((string)paused["state"]!, (bool)paused["paused"]!));
        Assert.Null(await server.ServingAsync());
        await server.Http.PostAsync(run + "/resume", null, Token).ReadAsync(202);
        await server.ReachesAsync(run, "promoted");
        await server.IndexedAsync();
        Assert.Equal(2000, server.Get<Rollout>().Current!.Space.Collection.Count);
    }

    /// <summary>Whether a learner is at work on the run: it holds the lock then.</summary>
    private bool IsHeld(string run)
    {
        try
        {
            using FileStream file = new(new RunFolders(_data.Path).Lock(Path.GetFileName(run)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
