using Perennial.Core.Corpus;
using Perennial.Core.Search;

namespace Perennial.Background;

/// <summary>
/// Keeps one collection level with the corpus, for ever: replays the corpus's changes after the collection's cursor. Outbox, backfill of a new
/// collection, dual write during a reindex and resumption after a crash are all this one loop.
/// </summary>
/// <remarks>
/// The cursor moves after the vectors are durable, so a crash repeats at most one batch, and repeating is harmless: what the collection holds is
/// not embedded again. An image that is deleted while it is being embedded comes back as a later change and is removed then.
/// </remarks>
internal sealed class CollectionFollower : IAsyncDisposable
{
    /// <summary>Changes followed in one durable step.</summary>
    private const int BatchChanges = 128;

    /// <summary>Changes made by another process (an ingest on the command line) do not ring; they are found by looking.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ImageCorpus _corpus;
    private readonly IVectorCollection _collection;
    private readonly CorpusEmbedder _embedder;
    private readonly CorpusSignal _signal;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _batch = new(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    /// <param name="corpus">What is followed.</param>
    /// <param name="collection">What follows.</param>
    /// <param name="embedder">Of the collection's digest.</param>
    /// <param name="signal">Rung by changes.</param>
    /// <param name="log">Told of faults.</param>
    public CollectionFollower(ImageCorpus corpus, IVectorCollection collection, CorpusEmbedder embedder, CorpusSignal signal, ILogger log)
    {
        (_corpus, _collection, _embedder, _signal, _log) = (corpus, collection, embedder, signal, log);
        _following = Task.Run(FollowAsync);
    }

    /// <summary>Embeds and stores those of the images that the collection lacks, and renews label and metadata of the others.</summary>
    public async Task IndexAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        await _batch.WaitAsync(cancellationToken);
        try
        {
            foreach (string[] some in ids.Chunk(BatchChanges)) await IndexBatchAsync(some, cancellationToken);
        }
        finally
        {
            _batch.Release();
        }
    }

    /// <summary>Forgets how far it was, and follows all changes again.</summary>
    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await _batch.WaitAsync(cancellationToken);
        _corpus.SetCursor(_collection.Digest, _collection.Dimensions, 0);
        _batch.Release();
        _signal.Ring();
    }

    /// <summary>Stops within moments; a batch at hand is left to be repeated.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
    }

    private async Task FollowAsync()
    {
        int faults = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Task rung = _signal.Next();
                if (!await FollowBatchAsync(_stop.Token)) await Task.WhenAny(rung, Task.Delay(LookEvery, _stop.Token));
                faults = 0;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                TimeSpan pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, 0.25 * Math.Pow(2, faults++)));
                Log.FollowerFault(_log, _collection.Digest, pause.TotalSeconds, fault);
                await Task.Delay(pause, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Follows one batch of changes; false when there was none.</summary>
    private async Task<bool> FollowBatchAsync(CancellationToken cancellationToken)
    {
        await _batch.WaitAsync(cancellationToken);
        try
        {
            IReadOnlyList<ImageChange> changes = _corpus.ChangesAfter(_corpus.CursorOf(_collection.Digest), BatchChanges);
            if (changes.Count == 0) return false;
            string[] gone = [.. changes.Where(change => change.Deleted).Select(change => change.ImageId)];
            if (gone.Length > 0 && _collection.Count > 0) await _collection.DeleteAsync(gone, cancellationToken);
            await IndexBatchAsync([.. changes.Where(change => !change.Deleted).Select(change => change.ImageId)], cancellationToken);
            _corpus.SetCursor(_collection.Digest, _collection.Dimensions, changes[^1].Seq);
            RunMetrics.IndexedImages.WithLabels("deleted").Inc(gone.Length);
            return true;
        }
        finally
        {
            _batch.Release();
        }
    }

    private async Task IndexBatchAsync(string[] ids, CancellationToken cancellationToken)
    {
        if (ids.Length == 0) return;
        IReadOnlySet<string> existing = await _collection.ExistingAsync(ids, cancellationToken);
        ILookup<bool, ImageRecord> images = ids.Select(_corpus.Find).OfType<ImageRecord>().ToLookup(image => existing.Contains(image.Id));
        VectorPayload[] payloads = [.. images[true].Select(image => new VectorPayload(image.Id, image.Label, image.Metadata))];
        if (payloads.Length > 0) await _collection.SetPayloadAsync(payloads, cancellationToken);
        ImageRecord[] lacking = [.. images[false]];
        if (lacking.Length == 0) return;
        VectorPoint[] points = await _embedder.EmbedAsync(lacking, cancellationToken);
        if (points.Length > 0) await _collection.UpsertAsync(points, cancellationToken);
        RunMetrics.IndexedImages.WithLabels("embedded").Inc(points.Length);
        RunMetrics.IndexedImages.WithLabels("skipped").Inc(lacking.Length - points.Length);
    }
}
