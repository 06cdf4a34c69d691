namespace Perennial.Core.Search;

/// <summary>A search over all rows, on all cores when there is enough to do.</summary>
internal static class VectorScan
{
    /// <summary>Rows that a thread takes at a time.</summary>
    private const int Portion = 2048;

    /// <summary>Fewer values than this are scanned on the caller's thread: it takes less than a millisecond.</summary>
    private const long WorthAThread = 1 << 20;

    /// <summary>Rows for each wanted hit from which codes save work: so many that few pass the bound.</summary>
    private const int RowsPerHit = 64;

    public static Task<IReadOnlyList<SearchHit>> RunAsync(EmbeddedCollection collection, ReadOnlyMemory<float> query, int k, PayloadFilter? filter, ScanKind kind, CancellationToken cancellationToken)
    {
        CollectionView view = collection.Acquire();
        EmbeddedIndexOptions options = collection.Options;
        bool codes = kind == ScanKind.Auto && options.Int8 && view.Rows >= options.Int8FromRows && view.Rows / RowsPerHit >= k;
        int parts = (int)Math.Clamp((long)view.Rows * collection.Dimensions / WorthAThread, 1, Environment.ProcessorCount);
        if (parts > 1)
            return Task.Run(() => Run(view, query, k, filter, codes, parts, cancellationToken), CancellationToken.None);
        try
        {
            return Task.FromResult(Run(view, query, k, filter, codes, parts, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Task.FromCanceled<IReadOnlyList<SearchHit>>(cancellationToken);
        }
    }

    private static IReadOnlyList<SearchHit> Run(CollectionView view, ReadOnlyMemory<float> query, int k, PayloadFilter? filter, bool codes, int parts, CancellationToken cancellationToken)
    {
        try
        {
            using QueryCodes? queryCodes = codes ? new QueryCodes(query.Span) : null;
            int bounded = Math.Min(k, Math.Max(view.Rows, 1)), next = 0;
            RowSieve[] sieves = [.. Enumerable.Range(0, parts).Select(_ => new RowSieve(view, query, queryCodes, filter, new TopHits(bounded)))];
            if (parts == 1)
                Work(0);
            else
                Parallel.For(0, parts, Work);
            cancellationToken.ThrowIfCancellationRequested();
            TopHits best = sieves[0].Best;
            foreach (RowSieve other in sieves.AsSpan(1))
                best.AddAll(other.Best);
            return best.ToHits();

            void Work(int part)
            {
                // Ends early, with less than the whole answer, when cancelled.
                for (int end; (end = Interlocked.Add(ref next, Portion)) - Portion < view.Rows && !cancellationToken.IsCancellationRequested;)
                    sieves[part].Scan(end - Portion, Math.Min(end, view.Rows));
            }
        }
        finally
        {
            view.Segment.Release();
        }
    }
}
