using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

public sealed class CollectionConcurrencyTests : IDisposable
{
    private const int Dimensions = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedVectorIndex _index;

    public CollectionConcurrencyTests() => _index = new EmbeddedVectorIndex(_folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_search_sees_whole_upserts_while_rows_die_and_the_collection_is_compacted()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        await collection.UpsertAsync(Batch(0), Token);
        using CancellationTokenSource done = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task[] searches = [.. Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            int searched = 0;
            for (; !done.IsCancellationRequested || searched == 0; searched++)
            {
                IReadOnlyList<SearchHit> hits = await collection.SearchAsync(Vectors.Unit(Dimensions, 1), 1000, null, Token);
                Assert.Equal(40, hits.Count);
                Assert.Single(hits.Select(hit => hit.Label).Distinct());
            }
        }, Token))];

        for (int version = 1; version <= 150; version++)
            await collection.UpsertAsync(Batch(version), Token);

        await done.CancelAsync();
        await Task.WhenAll(searches);
        SegmentFiles files = SegmentFiles.In(Path.Combine(_folder.Path, Vectors.Digest["sha256:".Length..]))!;
        Assert.True(files.Number > 1, "the collection has been compacted meanwhile");
        Assert.Equal(2, Directory.GetFiles(files.Directory, "*-*").Length);
    }

    [Fact]
    public async Task A_compaction_that_the_disk_refuses_fails_no_write_and_is_tried_again()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        EmbeddedCollection inside = ((CollectionHandle)collection).Collection;
        SegmentFiles files = SegmentFiles.In(Path.Combine(_folder.Path, Vectors.Digest["sha256:".Length..]))!;
        Directory.CreateDirectory(files.Next.JournalAside); // where the new journal should go
        for (int version = 0; version < 40; version++)
            await collection.UpsertAsync(Batch(version), Token);
        Assert.NotNull(inside.CompactionFault);
        Assert.True(File.Exists(files.Journal));
        Assert.Equal(40, collection.Count);

        Directory.Delete(files.Next.JournalAside);
        for (int version = 40; version < 80; version++)
            await collection.UpsertAsync(Batch(version), Token);

        Assert.Null(inside.CompactionFault);
        Assert.False(File.Exists(files.Journal));
        Assert.Equal("version 79", Assert.Single(await collection.SearchAsync(Vectors.Unit(Dimensions, 3), 1, null, Token)).Label);
    }

    [Fact]
    public async Task Payload_changes_alone_bring_a_compaction_about_in_the_end()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        await collection.UpsertAsync(Batch(0), Token);
        for (int change = 0; change < 40; change++)
            await collection.SetPayloadAsync([.. Enumerable.Range(0, 40).Select(i => new VectorPayload($"{i}", $"change {change}", null))], Token);

        SegmentFiles files = SegmentFiles.In(Path.Combine(_folder.Path, Vectors.Digest["sha256:".Length..]))!;
        Assert.True(files.Number > 1);
        Assert.Equal(["change 39"], (await collection.SearchAsync(Vectors.Unit(Dimensions, 3), 100, null, Token)).Select(hit => hit.Label).Distinct());
    }

    [Fact]
    public async Task Concurrent_writers_lose_nothing()
    {
        await using (IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token))
        {
            await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
            {
                for (int i = 0; i < 20; i++)
                    await collection.UpsertAsync([Vectors.Point($"{writer}-{i}", Dimensions, (writer * 100) + i)], Token);
            }, Token)));
        }
        await using IVectorCollection reopened = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        Assert.Equal(160, reopened.Count);
        Assert.Equal(Vectors.Unit(Dimensions, 719), await reopened.FindVectorAsync("7-19", Token));
    }

    [Fact]
    public async Task A_dropped_collection_stays_readable_for_the_search_that_holds_it_and_for_nobody_else()
    {
        IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        await collection.UpsertAsync(Batch(0), Token);
        CollectionView view = ((CollectionHandle)collection).Collection.Acquire();

        await _index.DropAsync(Vectors.Digest, Token);

        Assert.Equal(Vectors.Unit(Dimensions, 39), view.Blocks[0].Vector(39).ToArray());
        view.Segment.Release();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => collection.SearchAsync(Vectors.Unit(Dimensions, 1), 1, null, Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => collection.UpsertAsync(Batch(1), Token));
        await using IVectorCollection fresh = await _index.OpenAsync(Vectors.Digest, 3, Token);
        await collection.DisposeAsync();
        Assert.Equal(0, fresh.Count);
    }

    [Fact]
    public async Task Dropping_under_a_load_of_searches_ends_them_with_an_answer_or_a_clear_error()
    {
        for (int round = 0; round < 20; round++)
        {
            IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
            await collection.UpsertAsync([.. Enumerable.Range(0, 5000).Select(i => new VectorPoint($"{i}", Vectors.Unit(Dimensions, i % 50), null, null))], Token);
            Task[] searches = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (true)
                    Assert.Equal(7, (await collection.SearchAsync(Vectors.Unit(Dimensions, 1), 7, null, Token)).Count);
            }, Token))];
            await _index.DropAsync(Vectors.Digest, Token);
            foreach (Task search in searches)
                await Assert.ThrowsAsync<ObjectDisposedException>(() => search);
        }
    }

    [Fact]
    public async Task A_cancelled_search_or_write_says_so()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, Dimensions, Token);
        CancellationToken cancelled = new(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collection.SearchAsync(Vectors.Unit(Dimensions, 1), 1, null, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => collection.UpsertAsync(Batch(0), cancelled));
        Assert.Equal(0, collection.Count);
    }

    private static VectorPoint[] Batch(int version) => [.. Enumerable.Range(0, 40).Select(i => Vectors.Point($"{i}", Dimensions, i, $"version {version}"))];
}
