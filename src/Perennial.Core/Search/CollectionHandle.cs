namespace Perennial.Core.Search;

/// <summary>One caller's grip on an open collection; the last one to be disposed closes it.</summary>
internal sealed class CollectionHandle(EmbeddedCollection collection, Func<Task> closed) : IVectorCollection
{
    private const int LongestId = 1024;

    private int _disposed;

    internal EmbeddedCollection Collection { get; } = collection;

    public string Digest => Collection.Digest;

    public int Dimensions => Collection.Dimensions;

    public long Count => Open.Count;

    private EmbeddedCollection Open
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            return Collection;
        }
    }

    public Task<IReadOnlySet<string>> ExistingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlySet<string>>(Open.Read(segment => ids.Where(segment.Rows.Contains).ToHashSet(StringComparer.Ordinal)));
    }

    public Task UpsertAsync(IReadOnlyList<VectorPoint> points, CancellationToken cancellationToken)
    {
        JournalRecord[] records = new JournalRecord[points.Count];
        ReadOnlyMemory<float>[] vectors = new ReadOnlyMemory<float>[points.Count];
        for (int i = 0; i < points.Count; i++)
        {
            CheckId(points[i].Id);
            UnitVector.Check(points[i].Vector.Span, Dimensions, $"The vector of '{points[i].Id}'");
            vectors[i] = points[i].Vector.ToArray();
            records[i] = JournalRecord.Upsert(points[i].Id, vectors[i].Span, Payload.Of(points[i].Label, points[i].Metadata));
        }
        return Open.WriteAsync(records, vectors, cancellationToken);
    }

    public Task SetPayloadAsync(IReadOnlyList<VectorPayload> payloads, CancellationToken cancellationToken) =>
        Open.WriteAsync([.. payloads.Select(payload => JournalRecord.Describe(payload.Id, Payload.Of(payload.Label, payload.Metadata)))], [], cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        Open.WriteAsync([.. ids.Distinct(StringComparer.Ordinal).Select(JournalRecord.Delete)], [], cancellationToken);

    public Task<IReadOnlyList<SearchHit>> SearchAsync(ReadOnlyMemory<float> query, int k, SearchFilter? filter, CancellationToken cancellationToken) =>
        SearchAsync(query, k, filter, ScanKind.Auto, cancellationToken);

    internal Task<IReadOnlyList<SearchHit>> SearchAsync(ReadOnlyMemory<float> query, int k, SearchFilter? filter, ScanKind kind, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        UnitVector.Check(query.Span, Dimensions, "The query");
        cancellationToken.ThrowIfCancellationRequested();
        return VectorScan.RunAsync(Open, query, k, PayloadFilter.Of(filter), kind, cancellationToken);
    }

    public Task<float[]?> FindVectorAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(Open.Read(segment => segment.Rows.TryFind(id, out int row) ? segment.Vector(row).ToArray() : null));
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            await closed().ConfigureAwait(false);
    }

    private static void CheckId(string id)
    {
        if (id.Length is 0 or > LongestId)
            throw new ArgumentException($"A point's id has {id.Length} characters; 1 to {LongestId} are allowed.");
    }
}
