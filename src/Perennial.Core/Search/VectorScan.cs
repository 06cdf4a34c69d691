using System.Numerics.Tensors;

namespace Perennial.Core.Search;

/// <summary>Exact search: one dot product for every row, on all cores when there is enough to do.</summary>
internal static class VectorScan
{
    private const int RowsPerCheck = 1024;

    /// <summary>Fewer values than this are scanned on the caller's thread: it takes less than a millisecond.</summary>
    private const long WorthAThread = 1 << 20;

    public static Task<IReadOnlyList<SearchHit>> RunAsync(EmbeddedCollection collection, ReadOnlyMemory<float> query, int k, PayloadFilter? filter, CancellationToken cancellationToken)
    {
        CollectionView view = collection.Acquire();
        int parts = (int)Math.Clamp((long)view.Rows * collection.Dimensions / WorthAThread, 1, Environment.ProcessorCount);
        if (parts > 1)
            return Task.Run(() => Run(view, query, k, filter, parts, cancellationToken), CancellationToken.None);
        try
        {
            return Task.FromResult(Run(view, query, k, filter, parts, cancellationToken));
        }
        catch (OperationCanceledException)
        {
            return Task.FromCanceled<IReadOnlyList<SearchHit>>(cancellationToken);
        }
    }

    private static IReadOnlyList<SearchHit> Run(CollectionView view, ReadOnlyMemory<float> query, int k, PayloadFilter? filter, int parts, CancellationToken cancellationToken)
    {
        try
        {
            int bounded = Math.Min(k, Math.Max(view.Rows, 1));
            TopHits[] best = [.. Enumerable.Range(0, parts).Select(_ => new TopHits(bounded))];
            if (parts == 1)
                Scan(view, 0, view.Rows, query.Span, filter, best[0], cancellationToken);
            else
                Parallel.For(0, parts, part => Scan(view, Boundary(view, part, parts), Boundary(view, part + 1, parts), query.Span, filter, best[part], cancellationToken));
            foreach (TopHits other in best.AsSpan(1))
                best[0].AddAll(other);
            cancellationToken.ThrowIfCancellationRequested();
            return best[0].ToHits();
        }
        finally
        {
            view.Segment.Release();
        }
    }

    private static int Boundary(CollectionView view, int part, int parts) => (int)((long)view.Rows * part / parts);

    /// <summary>Ends early, with less than the whole answer, when cancelled.</summary>
    private static void Scan(CollectionView view, int first, int end, ReadOnlySpan<float> query, PayloadFilter? filter, TopHits best, CancellationToken cancellationToken)
    {
        while (first < end && !cancellationToken.IsCancellationRequested)
        {
            RowBlock block = view.Blocks[first / RowBlock.Rows];
            int from = first % RowBlock.Rows;
            int to = Math.Min(Math.Min(from + RowsPerCheck, RowBlock.Rows), from + end - first);
            first += to - from;
            for (int row = from; row < to; row++)
            {
                if (block.DiedAt[row] <= view.Version)
                    continue;
                float score = TensorPrimitives.Dot(block.Vector(row), query);
                if (!best.Admits(score))
                    continue;
                Payload payload = block.Payloads[row]; // read once: it may be replaced meanwhile
                if (filter is null || filter.Lets(payload))
                    best.Add(score, block.Ids[row], payload);
            }
        }
    }
}
