using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class ObserverTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private sealed record Seen(int Size, int Bulk, TimeSpan Inference, TimeSpan[] QueueWaits, int Waiting, bool Failed);

    [Fact]
    public async Task Each_batch_is_measured_before_its_callers_are_answered()
    {
        List<Seen> seen = [];
        var time = new ManualTime();
        using var engine = new ScriptedEngine { Held = true, OnRun = n => time.Advance(TimeSpan.FromSeconds(n)) };
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxBatch = 2, MaxDelay = TimeSpan.Zero }, engine, Observe, time);
        Task<float[]> first = Embed(queue, RequestClass.Interactive);
        await engine.EnteredAsync();
        time.Advance(TimeSpan.FromSeconds(10));
        Task<float[]> second = Embed(queue, RequestClass.Bulk);
        time.Advance(TimeSpan.FromSeconds(5));
        Task<float[]> third = Embed(queue, RequestClass.Interactive), fourth = Embed(queue, RequestClass.Bulk);
        engine.Release(4);
        await Task.WhenAll(first, second, third, fourth);

        Assert.Equal(4, seen.Count);
        Shows(seen[0], 1, 0, 16, [0], 0, false);
        Shows(seen[1], 1, 0, 1, [1], 2, false); // interactive first: accepted at 15 s, started at 16 s
        Shows(seen[2], 1, 1, 1, [7], 1, false); // bulk alone stays short, as somebody was served just now
        Shows(seen[3], 1, 1, 1, [3], 0, false);

        void Observe(BatchMeasurement batch) =>
            seen.Add(new Seen(batch.Size, batch.Bulk, batch.Inference, batch.QueueWaits.ToArray(), batch.Waiting, batch.Failed));
    }

    [Fact]
    public async Task A_failed_batch_is_measured_as_failed()
    {
        bool? failed = null;
        using var engine = new ScriptedEngine { OnRun = _ => throw new InvalidOperationException() };
        await using var queue = new BatchQueue(new BatchQueueOptions(), engine, batch => failed = batch.Failed);
        await Assert.ThrowsAnyAsync<Exception>(() => Embed(queue, RequestClass.Interactive));
        Assert.True(failed);
    }

    [Fact]
    public async Task An_observer_that_throws_costs_no_answer()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(new BatchQueueOptions(), engine, _ => throw new InvalidOperationException("observer"));
        Assert.Equal(ScriptedEngine.Embedding(1), await Embed(queue, RequestClass.Interactive));
        Assert.Equal(ScriptedEngine.Embedding(1), await Embed(queue, RequestClass.Bulk));
    }

    [Fact]
    public async Task A_permit_tells_the_longest_wait_and_the_longest_run_of_its_images()
    {
        var time = new ManualTime();
        int runs = 0;
        using var engine = new ScriptedEngine { Held = true, OnRun = _ => time.Advance(TimeSpan.FromSeconds(++runs == 1 ? 4 : 1)) };
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxBatch = 1, MaxDelay = TimeSpan.Zero }, engine, time: time);
        using Permit permit = queue.Reserve(RequestClass.Interactive, 2);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (permit.QueueTime, permit.InferenceTime));
        Task first = queue.EmbedAsync(ScriptedEngine.Image(1), permit, Token).AsTask();
        await engine.EnteredAsync();
        time.Advance(TimeSpan.FromSeconds(3));
        Task second = queue.EmbedAsync(ScriptedEngine.Image(2), permit, Token).AsTask();
        engine.Release(2);
        await Task.WhenAll(first, second);
        Assert.Equal((4, 7), (permit.QueueTime.TotalSeconds, permit.InferenceTime.TotalSeconds)); // the first run lasts 3 s while it is held, then 4 s, in which the second waits
    }

    private static void Shows(Seen batch, int size, int bulk, int seconds, int[] waits, int waiting, bool failed)
    {
        Assert.Equal((size, bulk, waiting, failed), (batch.Size, batch.Bulk, batch.Waiting, batch.Failed));
        Assert.Equal(TimeSpan.FromSeconds(seconds), batch.Inference);
        Assert.Equal(waits.Select(wait => TimeSpan.FromSeconds(wait)), batch.QueueWaits);
    }

    private static Task<float[]> Embed(BatchQueue queue, RequestClass requestClass) =>
        queue.EmbedAsync(ScriptedEngine.Image(1), requestClass, Token).AsTask();
}
