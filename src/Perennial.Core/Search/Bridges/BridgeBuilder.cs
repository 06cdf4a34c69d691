using Perennial.Core.Scoring;

namespace Perennial.Core.Search.Bridges;

/// <summary>Fits and measures a bridge from one collection to another, from the images that both have. Bounded: a sample of the pairs, and fewer questions to a large collection.</summary>
/// <param name="options">Sizes of the sample.</param>
/// <param name="time">Clock.</param>
public sealed class BridgeBuilder(BridgeOptions options, TimeProvider time)
{
    private const int Nearest = 10;
    private const int LeastQuestions = 100;
    private const long MostComparisons = 200_000_000; // of a question with a vector, for all questions of one method

    /// <summary>The better of the two methods; null where both collections share too few images.</summary>
    /// <param name="from">Vectors that are mapped.</param>
    /// <param name="to">Where they are looked for.</param>
    /// <param name="ids">A sample of the images, in an order that says nothing of them; those that a collection lacks are passed over.</param>
    /// <param name="asked">Called after each search with the time that it took: a place to leave the machine to others.</param>
    /// <param name="cancellationToken">Stops within moments.</param>
    public async Task<EmbeddingBridge?> BuildAsync(
        IVectorCollection from, IVectorCollection to, IReadOnlyList<string> ids, Func<TimeSpan, Task>? asked, CancellationToken cancellationToken)
    {
        // :: Step 1: the pairs
        List<VectorPair> pairs = await PairsAsync(from, to, ids, cancellationToken).ConfigureAwait(false);
        if (pairs.Count < BridgeOptions.LeastImages) return null;
        int affordable = (int)Math.Clamp(MostComparisons / Math.Max(1, to.Count), LeastQuestions, int.MaxValue);
        int held = Math.Min(Math.Min(options.HeldOutImages, affordable), Math.Max(1, pairs.Count / BridgeOptions.HeldOutShare));
        List<VectorPair> heldOut = pairs[..held], fit = pairs[held..Math.Min(pairs.Count, held + options.FitImages)];

        // :: Step 2: both maps, on a thread that steps back behind all others
        Embeddings x = Rows(fit, pair => pair.From, from.Dimensions), y = Rows(fit, pair => pair.To, to.Dimensions);
        Dictionary<BridgeMethod, AffineMap> maps = await LowPriority.Run(() => new Dictionary<BridgeMethod, AffineMap>
        {
            [BridgeMethod.Procrustes] = BridgeFit.Procrustes(x, y, cancellationToken),
            [BridgeMethod.Ridge] = BridgeFit.Ridge(x, y, cancellationToken).Map,
        }).ConfigureAwait(false);

        // :: Step 3: what they are worth beside the vectors of the other encoder itself
        (Dictionary<BridgeMethod, double> recalls, Dictionary<BridgeMethod, double> nearest) = await MeasureAsync(maps, heldOut, to, asked, cancellationToken).ConfigureAwait(false);
        BridgeMethod best = recalls.MaxBy(recall => recall.Value).Key;
        return new EmbeddingBridge(from.Digest, to.Digest, best, maps[best], new BridgeQuality
        {
            RecallAt10 = recalls[best],
            NearestAmongTen = nearest[best],
            Images = heldOut.Count,
            FitImages = fit.Count,
            Among = to.Count,
            Tried = recalls.ToDictionary(recall => recall.Key.ToString().ToLowerInvariant(), recall => recall.Value),
            At = time.GetUtcNow(),
        });
    }

    private async Task<List<VectorPair>> PairsAsync(IVectorCollection from, IVectorCollection to, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        List<VectorPair> pairs = [];
        foreach (string id in ids)
        {
            if (pairs.Count == options.FitImages + options.HeldOutImages) break;
            if (await from.FindVectorAsync(id, cancellationToken).ConfigureAwait(false) is { } x && await to.FindVectorAsync(id, cancellationToken).ConfigureAwait(false) is { } y)
                pairs.Add(new VectorPair(id, x, y));
        }
        return pairs;
    }

    private async Task<(Dictionary<BridgeMethod, double> Recalls, Dictionary<BridgeMethod, double> Nearest)> MeasureAsync(
        Dictionary<BridgeMethod, AffineMap> maps, List<VectorPair> heldOut, IVectorCollection collection, Func<TimeSpan, Task>? asked, CancellationToken cancellationToken)
    {
        Dictionary<BridgeMethod, double> recalls = maps.Keys.ToDictionary(method => method, _ => 0.0), nearest = new(recalls);
        foreach (VectorPair pair in heldOut)
        {
            string[] wanted = await NearestAsync(collection, pair.To, pair.Id, asked, cancellationToken).ConfigureAwait(false);
            foreach ((BridgeMethod method, AffineMap map) in maps)
            {
                if (wanted.Length == 0 || map.Apply(pair.From) is not { } mapped) continue;
                string[] found = await NearestAsync(collection, mapped, pair.Id, asked, cancellationToken).ConfigureAwait(false);
                recalls[method] += found.Intersect(wanted).Count() / (double)wanted.Length;
                nearest[method] += found.Contains(wanted[0]) ? 1 : 0;
            }
        }
        return (Shares(recalls), Shares(nearest));

        Dictionary<BridgeMethod, double> Shares(Dictionary<BridgeMethod, double> sums) => sums.ToDictionary(sum => sum.Key, sum => sum.Value / heldOut.Count);
    }

    private async Task<string[]> NearestAsync(IVectorCollection collection, float[] query, string self, Func<TimeSpan, Task>? asked, CancellationToken cancellationToken)
    {
        long started = time.GetTimestamp();
        IReadOnlyList<SearchHit> hits = await collection.SearchAsync(query, Nearest + 1, null, cancellationToken).ConfigureAwait(false);
        if (asked is not null) await asked(time.GetElapsedTime(started)).ConfigureAwait(false);
        return [.. hits.Select(hit => hit.Id).Where(id => id != self).Take(Nearest)];
    }

    private static Embeddings Rows(List<VectorPair> pairs, Func<VectorPair, float[]> side, int dimensions) =>
        new([.. pairs.SelectMany(side)], pairs.Count, dimensions);

    private sealed record VectorPair(string Id, float[] From, float[] To);
}
