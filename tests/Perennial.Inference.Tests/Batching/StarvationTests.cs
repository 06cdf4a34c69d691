using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class StarvationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Bulk_finishes_while_interactive_callers_never_leave_the_engine_alone(int maxBatch)
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxBatch = maxBatch, MaxDelay = TimeSpan.Zero }, engine);
        using var stop = new CancellationTokenSource();
        Task[] interactive = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
                await queue.EmbedAsync(ScriptedEngine.Image(0), RequestClass.Interactive, Token);
        }, Token))];
        await Task.WhenAll(Enumerable.Range(1, 100).Select(i => queue.EmbedAsync(ScriptedEngine.Image(i), RequestClass.Bulk, Token).AsTask()));
        await stop.CancelAsync();
        await Task.WhenAll(interactive);
    }

    [Fact]
    public async Task An_interactive_image_overtakes_all_bulk_that_waits()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(new BatchQueueOptions { MaxBatch = 1, MaxDelay = TimeSpan.Zero }, engine);
        Task<float[]>[] bulk = [.. Enumerable.Range(1, 20).Select(i => queue.EmbedAsync(ScriptedEngine.Image(i), RequestClass.Bulk, Token).AsTask())];
        await engine.EnteredAsync();
        Task<float[]> urgent = queue.EmbedAsync(ScriptedEngine.Image(100), RequestClass.Interactive, Token).AsTask();
        engine.Release(21);
        await Task.WhenAll([urgent, .. bulk]);
        Assert.Equal([1f, 100f, 2f], engine.Batches.Select(batch => batch[0]).Take(3));
    }
}
