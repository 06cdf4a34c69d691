using Perennial.Inference.Batching;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Batching;

public sealed class BatchQueueTests
{
    private static readonly BatchQueueOptions Plain = new() { MaxDelay = TimeSpan.Zero };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lone_image_is_run_alone_and_answered()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Plain, engine);
        Assert.Equal(ScriptedEngine.Embedding(5), await Embed(queue, 5));
        Assert.Equal([5f], Assert.Single(engine.Batches));
    }

    [Fact]
    public async Task What_comes_while_a_batch_runs_forms_the_next_one_in_order_of_arrival()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        Task<float[]> first = Embed(queue, 0);
        await engine.EnteredAsync();
        Task<float[]>[] rest = [.. Enumerable.Range(1, 5).Select(i => Embed(queue, i))];
        engine.Release(2);
        await Task.WhenAll([first, .. rest]);
        Assert.Equal([[0], [1, 2, 3, 4, 5]], engine.Batches);
        for (int i = 0; i < 5; i++)
            Assert.Equal(ScriptedEngine.Embedding(i + 1), await rest[i]);
    }

    [Fact]
    public async Task No_batch_is_larger_than_the_largest_allowed()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain with { MaxBatch = 4 }, engine);
        Task<float[]> first = Embed(queue, 0);
        await engine.EnteredAsync();
        Task<float[]>[] rest = [.. Enumerable.Range(1, 10).Select(i => Embed(queue, i))];
        engine.Release(4);
        await Task.WhenAll([first, .. rest]);
        Assert.Equal([1, 4, 4, 2], engine.Batches.Select(batch => batch.Length));
    }

    [Fact]
    public async Task An_engine_failure_costs_its_own_batch_and_no_other()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Plain, engine);
        Task<float[]> first = Embed(queue, 0);
        await engine.EnteredAsync();
        Task<float[]>[] doomed = [Embed(queue, 1), Embed(queue, 2)];
        engine.Release();
        await engine.EnteredAsync();
        Task<float[]> after = Embed(queue, 3);
        engine.OnRun = n => throw (n == 2 ? new InvalidOperationException("out of luck") : new InvalidDataException("wrong batch"));
        engine.Release();
        foreach (Task<float[]> task in doomed)
        {
            var failure = await Assert.ThrowsAsync<EngineException>(() => task);
            Assert.Contains("scripted failed on a batch of 2: out of luck", failure.Message);
            Assert.IsType<InvalidOperationException>(failure.InnerException);
        }
        await engine.EnteredAsync();
        engine.OnRun = null;
        engine.Release();
        Assert.Equal(ScriptedEngine.Embedding(0), await first);
        Assert.Equal(ScriptedEngine.Embedding(3), await after);
        Assert.Equal(0, queue.Accepted);
    }

    [Fact]
    public async Task Disposing_answers_what_was_accepted_and_refuses_the_rest()
    {
        using var engine = new ScriptedEngine { Held = true };
        var queue = new BatchQueue(Plain, engine);
        Task<float[]> running = Embed(queue, 0);
        await engine.EnteredAsync();
        Task<float[]>[] waiting = [Embed(queue, 1), Embed(queue, 2, RequestClass.Bulk)];

        Task disposal = queue.DisposeAsync().AsTask();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Embed(queue, 3));
        Assert.False(disposal.IsCompleted);
        engine.Release(3);
        await disposal;

        Assert.All([running, .. waiting], task => Assert.True(task.IsCompletedSuccessfully));
        Assert.Equal([[0], [1], [2]], engine.Batches);
        Assert.Equal(0, queue.Accepted);
        await queue.DisposeAsync();
    }

    [Fact]
    public async Task An_unused_queue_is_disposed_at_once()
    {
        using var engine = new ScriptedEngine();
        await new BatchQueue(Plain, engine).DisposeAsync();
        Assert.Empty(engine.Batches);
    }

    [Fact]
    public async Task An_image_of_another_size_is_refused_at_the_door()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Plain, engine);
        await Assert.ThrowsAsync<ArgumentException>(async () => await queue.EmbedAsync(new float[11], RequestClass.Interactive, Token));
        Assert.Equal(0, queue.Accepted);
    }

    [Theory]
    [InlineData(nameof(BatchQueueOptions.MaxBatch))]
    [InlineData(nameof(BatchQueueOptions.MaxDelay))]
    [InlineData(nameof(BatchQueueOptions.Permits))]
    [InlineData(nameof(BatchQueueOptions.BulkPermits))]
    [InlineData(nameof(BatchQueueOptions.InteractivePerBulk))]
    public void An_option_out_of_range_is_refused_by_name(string name)
    {
        BatchQueueOptions wrong = name switch
        {
            nameof(BatchQueueOptions.MaxBatch) => new() { MaxBatch = 0 },
            nameof(BatchQueueOptions.MaxDelay) => new() { MaxDelay = TimeSpan.FromMinutes(1) },
            nameof(BatchQueueOptions.Permits) => new() { Permits = 0 },
            nameof(BatchQueueOptions.BulkPermits) => new() { BulkPermits = 0 },
            _ => new() { InteractivePerBulk = 0 },
        };
        using var engine = new ScriptedEngine();
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => new BatchQueue(wrong, engine)).Message);
    }

    private static Task<float[]> Embed(BatchQueue queue, float first, RequestClass requestClass = RequestClass.Interactive) =>
        queue.EmbedAsync(ScriptedEngine.Image(first), requestClass, Token).AsTask();
}
