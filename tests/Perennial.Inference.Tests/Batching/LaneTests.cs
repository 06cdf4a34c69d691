using Perennial.Inference.Batching;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Batching;

public sealed class LaneTests
{
    private static readonly BatchQueueOptions Plain = new() { MaxDelay = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task As_many_batches_run_at_once_as_there_are_lanes()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine, plan: new BatchPlan(2, 1, TimeSpan.Zero));
        Task<float[]>[] all = [.. Enumerable.Range(0, 4).Select(i => Embed(queue, i))];
        await engine.EnteredAsync();
        await engine.EnteredAsync();
        Assert.Equal(2, engine.Batches.Count);
        Assert.Equal(2, queue.Waiting);
        engine.Release(4);
        float[][] embeddings = await Task.WhenAll(all);
        for (int i = 0; i < 4; i++)
            Assert.Equal(ScriptedEngine.Embedding(i), embeddings[i]);
        Assert.Equal(0, queue.Accepted);
    }

    [Fact]
    public async Task Idle_lanes_share_what_waits()
    {
        var time = new ManualTime();
        var line = new WaitingLine(new BatchPlan(2, 8, TimeSpan.Zero), 3, time);
        var permits = new PermitPool(100, 100);
        for (int i = 0; i < 5; i++)
            Assert.True(line.TryAdd(new PendingImage(ScriptedEngine.Image(i), permits.TryTake(RequestClass.Interactive, 1)!, time.GetTimestamp())));
        List<PendingImage> first = [], second = [];
        Assert.True(line.TryTake(first, out int left));
        Assert.Equal((3, 2), (first.Count, left));
        Assert.True(line.TryTake(second, out left));
        Assert.Equal((2, 0), (second.Count, left));
        await Task.CompletedTask;
    }

    [Fact]
    public void A_lane_that_a_caller_took_during_the_pause_is_waited_for()
    {
        var time = new ManualTime();
        var line = new WaitingLine(new BatchPlan(1, 4, TimeSpan.FromSeconds(1)), 3, time);
        var permits = new PermitPool(100, 100);
        PendingImage Add()
        {
            var image = new PendingImage(ScriptedEngine.Image(0), permits.TryTake(RequestClass.Interactive, 1)!, time.GetTimestamp());
            Assert.True(line.TryAdd(image));
            return image;
        }
        line.BatchEnded(size: 3, bulk: 0, TimeSpan.FromSeconds(4)); // two more may come back within a second
        PendingImage first = Add();
        List<PendingImage> batch = [];
        var taker = new Thread(() => line.TryTake(batch, out _));
        taker.Start();
        Asleep(taker);
        Assert.True(line.TryRemove(first)); // its caller gives up
        Assert.True(line.TryStart());
        time.Advance(TimeSpan.FromSeconds(2));
        PendingImage second = Add();
        Asleep(taker);
        Assert.Empty(batch);
        line.Leave();
        taker.Join();
        Assert.Equal([second], batch);

        static void Asleep(Thread thread)
        {
            do Thread.Sleep(20);
            while (thread.IsAlive && !thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
        }
    }

    [Fact]
    public async Task A_lone_caller_runs_its_image_on_its_own_thread()
    {
        using var engine = new ScriptedEngine();
        int thread = 0;
        engine.OnRun = _ => thread = Environment.CurrentManagedThreadId;
        List<int> sizes = [];
        await using var queue = new BatchQueue(Plain, engine, batch => sizes.Add(batch.Size));
        using (Permit permit = queue.Reserve(RequestClass.Interactive))
        {
            ValueTask<float[]> embedding = queue.EmbedHereAsync(ScriptedEngine.Image(7), permit, Token);
            Assert.True(embedding.IsCompletedSuccessfully);
            Assert.Equal(ScriptedEngine.Embedding(7), await embedding);
        }
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Equal([1], sizes);
        Assert.Equal(0, queue.Accepted);
    }

    [Fact]
    public async Task A_caller_queues_when_every_lane_is_taken()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        using Permit first = queue.Reserve(RequestClass.Interactive), second = queue.Reserve(RequestClass.Interactive);
        Task<float[]> here = Task.Run(async () => await queue.EmbedHereAsync(ScriptedEngine.Image(1), first, Token), Token);
        await engine.EnteredAsync();
        ValueTask<float[]> queued = queue.EmbedHereAsync(ScriptedEngine.Image(2), second, Token);
        Assert.False(queued.IsCompleted);
        Assert.Equal(1, queue.Waiting);
        engine.Release(2);
        Assert.Equal(ScriptedEngine.Embedding(1), await here);
        Assert.Equal(ScriptedEngine.Embedding(2), await queued);
    }

    [Fact]
    public async Task A_failure_on_the_callers_thread_is_the_callers_alone()
    {
        using var engine = new ScriptedEngine { OnRun = _ => throw new InvalidOperationException("out of luck") };
        await using var queue = new BatchQueue(Plain, engine);
        using Permit permit = queue.Reserve(RequestClass.Interactive);
        var failure = await Assert.ThrowsAsync<EngineException>(async () => await queue.EmbedHereAsync(ScriptedEngine.Image(1), permit, Token));
        Assert.Contains("out of luck", failure.Message);
        engine.OnRun = null;
        Assert.Equal(ScriptedEngine.Embedding(2), await queue.EmbedHereAsync(ScriptedEngine.Image(2), permit, Token));
    }

    [Fact]
    public async Task Disposing_waits_for_the_image_that_its_caller_runs()
    {
        using var engine = new ScriptedEngine { Held = true };
        var queue = new BatchQueue(Plain, engine);
        using Permit permit = queue.Reserve(RequestClass.Interactive);
        Task<float[]> here = Task.Run(async () => await queue.EmbedHereAsync(ScriptedEngine.Image(1), permit, Token), Token);
        await engine.EnteredAsync();
        Task disposing = queue.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        engine.Release();
        await disposing;
        Assert.Equal(ScriptedEngine.Embedding(1), await here);
    }

    private static Task<float[]> Embed(BatchQueue queue, float first) => queue.EmbedAsync(ScriptedEngine.Image(first), RequestClass.Interactive, Token).AsTask();
}
