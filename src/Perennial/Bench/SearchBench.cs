using System.Diagnostics;
using System.Runtime.InteropServices;
using Perennial.Core.Search;

namespace Perennial.Bench;

/// <summary>The embedded index: filled in durable batches, closed, opened, and asked one query at a time, exactly and over its codes, in turn with FAISS.</summary>
/// <param name="vectors">What it is filled with.</param>
/// <param name="count">How many.</param>
/// <param name="dimensions">Length of a vector.</param>
/// <param name="k">Hits of a query.</param>
/// <param name="batch">Vectors of one durable write.</param>
/// <param name="python">A Python with FAISS; null to leave it out.</param>
internal sealed class SearchBench(SearchVectors vectors, int count, int dimensions, int k, int batch, string? python)
{
    private const int Queries = 20;
    private const int Openings = 3;
    private const string Digest = "sha256:be";
    private static readonly TimeSpan Warmup = TimeSpan.FromSeconds(2);

    /// <param name="rounds">How often the queries are asked of each, in turn.</param>
    /// <param name="added">Told how many vectors are stored.</param>
    /// <param name="cancellationToken">Ends it between measurements.</param>
    /// <exception cref="InvalidOperationException">FAISS could not be started.</exception>
    public async Task<SearchFigures> RunAsync(int rounds, Action<int> added, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("perennial-bench-").FullName;
        try
        {
            string index = Path.Combine(folder, "index"), rows = Path.Combine(folder, "vectors.f32"), asked = Path.Combine(folder, "queries.f32");
            float[][] queries = [.. Enumerable.Range(1, Queries).Select(number => vectors[-number])];
            double rate = await FillAsync(index, python is null ? null : rows, added, cancellationToken);
            File.WriteAllBytes(asked, [.. queries.SelectMany(query => MemoryMarshal.AsBytes<float>(query).ToArray())]);
            using FaissProcess? faiss = python is null ? null : await FaissProcess.StartAsync(python, rows, asked, dimensions, k, cancellationToken);

            List<double> opens = [], firsts = [], exact = [], int8 = [], theirs = [];
            EmbeddedIndexOptions options = new();
            int int8FromRows = Math.Min(options.Int8FromRows, count);
            IVectorCollection? collection = null;
            for (int opening = 0; opening < Openings; opening++)
            {
                if (collection is not null) await collection.DisposeAsync();
                long began = Stopwatch.GetTimestamp();
                collection = await new EmbeddedVectorIndex(index, options).OpenAsync(Digest, dimensions, cancellationToken);
                opens.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                firsts.AddRange(await AskAsync(collection, queries.AsMemory(0, 1), null, cancellationToken));
            }
            await using IVectorCollection open = collection!;
            for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Warmup;)
            {
                Exactly(opening: true);
                await AskAsync(open, queries, null, cancellationToken);
                Exactly(opening: false);
                await AskAsync(open, queries, null, cancellationToken);
            }
            List<int[]> exactHits = [], int8Hits = [];
            for (int round = 0; round < rounds; round++)
            {
                Exactly(opening: true);
                exact.AddRange(await AskAsync(open, queries, exactHits, cancellationToken));
                Exactly(opening: false);
                int8.AddRange(await AskAsync(open, queries, int8Hits, cancellationToken));
                if (faiss is not null) theirs.AddRange(await faiss.MeasureAsync(cancellationToken));
            }
            return new SearchFigures(rate, Median(opens), Median(firsts), Median(exact), Median(int8), Share(exactHits, int8Hits),
                faiss is null ? null : Median(theirs), faiss?.Version, faiss is null ? null : Share(faiss.Neighbours, exactHits));

            // The option is read by each search.
            void Exactly(bool opening) => options.Int8FromRows = opening ? int.MaxValue : int8FromRows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<double> FillAsync(string index, string? rows, Action<int> added, CancellationToken cancellationToken)
    {
        using FileStream? copy = rows is null ? null : File.Create(rows);
        await using IVectorCollection collection = await new EmbeddedVectorIndex(index).OpenAsync(Digest, dimensions, cancellationToken);
        TimeSpan spent = TimeSpan.Zero;
        for (int first = 0; first < count; first += batch)
        {
            VectorPoint[] points = [.. Enumerable.Range(first, Math.Min(batch, count - first)).AsParallel().AsOrdered().Select(row => new VectorPoint(SearchVectors.IdOf(row), vectors[row], null, null))];
            long began = Stopwatch.GetTimestamp();
            await collection.UpsertAsync(points, cancellationToken);
            spent += Stopwatch.GetElapsedTime(began);
            foreach (VectorPoint point in copy is null ? [] : points)
                copy!.Write(MemoryMarshal.AsBytes(point.Vector.Span));
            added(first + points.Length);
        }
        copy?.Flush(flushToDisk: true); // else the kernel would write it while queries are measured
        return count / spent.TotalSeconds;
    }

    private async Task<double[]> AskAsync(IVectorCollection collection, ReadOnlyMemory<float[]> queries, List<int[]>? hits, CancellationToken cancellationToken)
    {
        double[] milliseconds = new double[queries.Length];
        for (int i = 0; i < queries.Length; i++)
        {
            float[] query = queries.Span[i];
            long began = Stopwatch.GetTimestamp();
            IReadOnlyList<SearchHit> found = await collection.SearchAsync(query, k, null, cancellationToken);
            milliseconds[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            hits?.Add([.. found.Select(hit => SearchVectors.RowOf(hit.Id))]);
        }
        return milliseconds;
    }

    /// <summary>How many of the hits that should be there are there; further rounds of the same queries count too.</summary>
    private static double Share(IReadOnlyList<int[]> wanted, IReadOnlyList<int[]> found)
    {
        IEnumerable<(int[] Wanted, int[] Found)> pairs = found.Select((rows, at) => (wanted[at % wanted.Count], rows));
        return pairs.Sum(pair => pair.Wanted.Intersect(pair.Found).Count()) / (double)pairs.Sum(pair => pair.Wanted.Length);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
