using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class OverloadTests
{
    private static readonly BatchQueueOptions Small = new() { MaxDelay = TimeSpan.Zero, Permits = 3, BulkPermits = 1 };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_free_permit_an_image_is_refused_before_any_work()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Small, engine);
        List<Task<float[]>> accepted = [Embed(queue, 0)];
        await engine.EnteredAsync();
        accepted.AddRange([Embed(queue, 1), Embed(queue, 2)]);
        Assert.Equal(3, queue.Accepted);

        Task<float[]> refused = Embed(queue, 99);
        Assert.True(refused.IsFaulted);
        await Assert.ThrowsAsync<OverloadedException>(() => refused);

        engine.Release(2);
        await Task.WhenAll(accepted);
        Assert.DoesNotContain(99, engine.Batches.SelectMany(batch => batch));
        Assert.Equal(0, queue.Accepted);
        engine.Release();
        Assert.Equal(ScriptedEngine.Embedding(4), await Embed(queue, 4));
    }

    [Fact]
    public async Task Retry_after_is_the_recent_time_an_image_for_each_that_is_accepted()
    {
        var time = new ManualTime();
        using var engine = new ScriptedEngine { Held = true, OnRun = n => time.Advance(TimeSpan.FromSeconds(2 * n)) };
        await using var queue = new BatchQueue(Small, engine, time: time);
        Task<float[]>[] before = [Embed(queue, 0)];
        await engine.EnteredAsync();
        before = [.. before, Embed(queue, 1), Embed(queue, 2)];
        Assert.Equal(TimeSpan.FromSeconds(1), await RefusalAsync(queue)); // nothing measured yet
        engine.Release(2);
        await Task.WhenAll(before);
        await engine.EnteredAsync();

        Task<float[]> running = Embed(queue, 3);
        await engine.EnteredAsync();
        Task<float[]>[] waiting = [Embed(queue, 4), Embed(queue, 5)];
        Assert.Equal(TimeSpan.FromSeconds(6), await RefusalAsync(queue)); // 3 images of 2 s
        engine.Release(2);
        await Task.WhenAll([running, .. waiting]);
    }

    [Fact]
    public async Task Bulk_cannot_hold_all_permits()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Small, engine);
        Task<float[]> bulk = Embed(queue, 0, RequestClass.Bulk);
        await Assert.ThrowsAsync<OverloadedException>(() => Embed(queue, 1, RequestClass.Bulk));
        Task<float[]>[] interactive = [Embed(queue, 2), Embed(queue, 3)];
        await Assert.ThrowsAsync<OverloadedException>(() => Embed(queue, 4));
        engine.Release(3);
        await Task.WhenAll([bulk, .. interactive]);
    }

    [Fact]
    public async Task Places_are_reserved_for_all_images_of_a_request_or_for_none()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Small, engine);
        Permit two = queue.Reserve(RequestClass.Interactive, 2);
        Assert.Throws<OverloadedException>(() => queue.Reserve(RequestClass.Interactive, 2));
        Assert.Equal(2, queue.Accepted);
        two.Dispose();
        two.Dispose();
        Assert.Equal(0, queue.Accepted);
        queue.Reserve(RequestClass.Interactive, 3).Dispose();
    }

    [Fact]
    public async Task A_request_larger_than_all_places_is_let_in_when_the_queue_is_empty()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Small, engine);
        using Permit permit = queue.Reserve(RequestClass.Interactive, 50);
        Assert.Equal(3, queue.Accepted);
        float[][] embeddings = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => queue.EmbedAsync(ScriptedEngine.Image(i), permit, Token).AsTask()));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => ScriptedEngine.Embedding(i)), embeddings);
    }

    [Fact]
    public async Task Places_stay_taken_while_an_image_of_a_finished_request_is_in_the_queue()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Small, engine);
        Task<float[]> running;
        using (Permit permit = queue.Reserve(RequestClass.Interactive, 3))
            running = queue.EmbedAsync(ScriptedEngine.Image(0), permit, Token).AsTask();
        Assert.Equal(3, queue.Accepted);
        engine.Release();
        await running;
        Assert.Equal(0, queue.Accepted);
    }

    [Fact]
    public async Task A_permit_lets_in_no_more_images_at_a_time_than_it_is_for()
    {
        using var engine = new ScriptedEngine { Held = true };
        await using var queue = new BatchQueue(Small, engine);
        using Permit permit = queue.Reserve(RequestClass.Interactive);
        Task<float[]> first = queue.EmbedAsync(ScriptedEngine.Image(0), permit, Token).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await queue.EmbedAsync(ScriptedEngine.Image(1), permit, Token));
        engine.Release(2);
        await first;
        await queue.EmbedAsync(ScriptedEngine.Image(2), permit, Token);
    }

    [Fact]
    public async Task A_permit_that_was_given_back_lets_nothing_in()
    {
        using var engine = new ScriptedEngine();
        await using var queue = new BatchQueue(Small, engine);
        Permit permit = queue.Reserve(RequestClass.Interactive);
        permit.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await queue.EmbedAsync(ScriptedEngine.Image(0), permit, Token));
    }

    private static async Task<TimeSpan> RefusalAsync(BatchQueue queue) =>
        (await Assert.ThrowsAsync<OverloadedException>(() => Embed(queue, 99))).RetryAfter;

    private static Task<float[]> Embed(BatchQueue queue, float first, RequestClass requestClass = RequestClass.Interactive) =>
        queue.EmbedAsync(ScriptedEngine.Image(first), requestClass, Token).AsTask();
}
