using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class CancellationTests
{
    private static readonly BatchQueueOptions Plain = new() { MaxDelay = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_caller_who_gives_up_is_dropped_before_the_batch_and_frees_his_place_at_once()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        Task<float[]> first = Embed(queue, 0, Token);
        await engine.EnteredAsync();
        using var caller = new CancellationTokenSource();
        Task<float[]> dropped = Embed(queue, 1, caller.Token), stays = Embed(queue, 2, Token);

        await caller.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => dropped); // while the engine is still held
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Equal((2, 1), (queue.Accepted, queue.Waiting));

        engine.Release(2);
        await Task.WhenAll(first, stays);
        Assert.Equal([[0], [2]], engine.Batches);
    }

    [Fact]
    public async Task A_caller_who_gives_up_during_his_batch_gets_the_answer_that_is_coming_anyway()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        using var caller = new CancellationTokenSource();
        Task<float[]> running = Embed(queue, 1, caller.Token);
        await engine.EnteredAsync();
        await caller.CancelAsync();
        Assert.False(running.IsCompleted);
        engine.Release();
        Assert.Equal(ScriptedEngine.Embedding(1), await running);
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_costs_nothing()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Plain, engine);
        Task<float[]> refused = Embed(queue, 1, new CancellationToken(canceled: true));
        Assert.True(refused.IsCanceled);
        Assert.Equal(0, queue.Accepted);
        Assert.Empty(engine.Batches);
    }

    [Fact]
    public async Task When_all_who_wait_give_up_the_queue_goes_on_with_the_next_who_comes()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        using var callers = new CancellationTokenSource();
        Task<float[]> first = Embed(queue, 0, Token);
        await engine.EnteredAsync();
        Task<float[]>[] dropped = [.. Enumerable.Range(1, 4).Select(i => Embed(queue, i, callers.Token))];
        await callers.CancelAsync();
        engine.Release();
        await first;
        engine.Release();
        await Embed(queue, 9, Token);
        Assert.All(dropped, task => Assert.True(task.IsCanceled));
        Assert.Equal([[0], [9]], engine.Batches);
    }

    [Fact]
    public async Task Callers_who_give_up_at_random_lose_no_place_and_no_other_callers_answer()
    {
        using var engine = new ScriptedEngine { OnRun = _ => Thread.SpinWait(200) };
        await using var queue = new BatchQueue(new BatchQueueOptions { Permits = 64, MaxBatch = 8 }, engine);
        long answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (int i = 0; i < 300; i++)
            {
                using var patience = new CancellationTokenSource();
                float first = caller * 1000 + i;
                Task<float[]> task = Embed(queue, first, patience.Token, random.Next(3) == 0 ? RequestClass.Bulk : RequestClass.Interactive);
                if (random.Next(2) == 0)
                {
                    Thread.SpinWait(random.Next(500));
                    await patience.CancelAsync();
                }
                try
                {
                    Assert.Equal(first, (await task)[0]);
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException)
                {
                }
            }
        }, Token)));
        Assert.Equal(0, queue.Accepted);
        Assert.Equal(0, queue.Waiting);
        Assert.Equal(answered, engine.Batches.Sum(batch => batch.Length));
    }

    private static Task<float[]> Embed(BatchQueue queue, float first, CancellationToken cancellationToken, RequestClass requestClass = RequestClass.Interactive) =>
        queue.EmbedAsync(ScriptedEngine.Image(first), requestClass, cancellationToken).AsTask();
}
