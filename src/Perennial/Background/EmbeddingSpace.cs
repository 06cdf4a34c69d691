using Perennial.Core.Corpus;
using Perennial.Core.Search;

namespace Perennial.Background;

/// <summary>
/// All that belongs to one encoder digest: the collection of its vectors, the ONE follower that keeps it level with the corpus, and the deployments
/// that share it. Generations that differ in their classifier alone are in one space, so a new classifier re-indexes nothing.
/// </summary>
internal sealed class EmbeddingSpace
{
    private readonly Lock _gate = new();
    private readonly List<Deployment> _members = [];
    private readonly List<Task> _leaving = [];
    private readonly ImageCorpus _corpus;
    private readonly IVectorIndex _index;

    private EmbeddingSpace(IVectorCollection collection, ImageCorpus corpus, IVectorIndex index, Deployment first, CorpusSignal signal, ILogger log)
    {
        (Collection, _corpus, _index) = (collection, corpus, index);
        _members.Add(first);
        Embedder = new CorpusEmbedder(corpus, TryEnterMember, log);
        Follower = new CollectionFollower(corpus, collection, Embedder, signal, log);
    }

    public IVectorCollection Collection { get; }

    public CorpusEmbedder Embedder { get; }

    public CollectionFollower Follower { get; }

    public string Digest => Collection.Digest;

    /// <summary>Images whose latest change the collection has not followed.</summary>
    public long Lag => _corpus.Lag(Digest);

    /// <summary>Opens the collection of a deployment's digest, creating it when absent, and sets its follower on the way.</summary>
    public static async Task<EmbeddingSpace> OpenAsync(
        Deployment first, ImageCorpus corpus, IVectorIndex index, CorpusSignal signal, ILogger log, CancellationToken cancellationToken)
    {
        string digest = first.Manifest.Digest;
        int dimensions = first.Manifest.Dimensions;
        if (!(await index.ListAsync(cancellationToken)).Contains(digest)) corpus.ForgetCursor(digest);
        IVectorCollection collection;
        try
        {
            collection = await index.OpenAsync(digest, dimensions, cancellationToken);
        }
        catch (Exception fault) when (fault is CorruptCollectionException or DimensionMismatchException)
        {
            Log.CollectionRebuilt(log, digest, fault.Message);
            await DropAsync(digest, corpus, index, cancellationToken);
            collection = await index.OpenAsync(digest, dimensions, cancellationToken);
        }
        return new EmbeddingSpace(collection, corpus, index, first, signal, log);
    }

    /// <summary>Removes a collection. The cursor goes first: a cursor without vectors would claim what is not there.</summary>
    public static async Task DropAsync(string digest, ImageCorpus corpus, IVectorIndex index, CancellationToken cancellationToken)
    {
        corpus.ForgetCursor(digest);
        await index.DropAsync(digest, cancellationToken);
    }

    public void Join(Deployment deployment)
    {
        lock (_gate) _members.Add(deployment);
    }

    /// <summary>Takes a deployment out and gives the rollout's use of it back. True when it was the last one.</summary>
    public bool Remove(Deployment deployment)
    {
        lock (_gate)
        {
            if (!_members.Remove(deployment)) return false;
            _leaving.Add(deployment.Freed);
            deployment.Leave();
            return _members.Count == 0;
        }
    }

    /// <summary>A pair for the slot: holds the deployment for as long as requests hold the pair.</summary>
    public ServingPair Pair(Deployment deployment)
    {
        if (!deployment.TryEnter()) throw new ObjectDisposedException(nameof(Deployment));
        return new ServingPair(deployment.Generation, deployment.Embedder, Collection, deployment.Leave);
    }

    /// <summary>Stops following, waits for the last request that uses the collection, and closes it; <paramref name="drop"/> removes its vectors too.</summary>
    public async Task CloseAsync(bool drop)
    {
        await Follower.DisposeAsync();
        if (drop) _corpus.ForgetCursor(Digest);
        await Task.WhenAll(_leaving);
        await Collection.DisposeAsync();
        if (drop) await DropAsync(Digest, _corpus, _index, CancellationToken.None);
    }

    /// <summary>Takes out every deployment and closes; the vectors stay for the next start.</summary>
    public Task CloseAllAsync()
    {
        lock (_gate)
        {
            foreach (Deployment member in _members)
            {
                _leaving.Add(member.Freed);
                member.Leave();
            }
            _members.Clear();
        }
        return CloseAsync(drop: false);
    }

    private Deployment? TryEnterMember()
    {
        lock (_gate) return _members.FindLast(member => member.TryEnter());
    }
}
