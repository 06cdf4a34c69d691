using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Core.Search;

namespace Perennial.Background.Triggers;

/// <summary>Measures drift when enough has come in since the last time; in between the last measurement stands. Not for concurrent use.</summary>
internal sealed class DriftWatch(CorpusHistory history)
{
    private const int ReferenceWindows = 3, Stretches = 6, Splits = 100, SplitSeed = 1;

    private (string Digest, DateTimeOffset Since, DriftTrigger Policy) _of;
    private (int Window, DriftBaseline? Baseline) _calibrated;
    private long _measuredAt;

    /// <summary>The newest measurement; null before the first.</summary>
    public DriftMeasurement? Latest { get; private set; }

    /// <param name="collection">Of the serving encoder.</param>
    /// <param name="since">When the snapshot was taken that it learned from.</param>
    /// <param name="newImages">Images received since.</param>
    /// <param name="policy">Sample sizes.</param>
    /// <param name="cancellationToken">Ends it between two vectors.</param>
    public async Task MeasureAsync(IVectorCollection collection, DateTimeOffset since, long newImages, DriftTrigger policy, CancellationToken cancellationToken)
    {
        if (_of != (collection.Digest, since, policy)) (_of, _calibrated, _measuredAt, Latest) = ((collection.Digest, since, policy), default, long.MinValue / 2, null);
        if (newImages < policy.LeastImages)
        {
            (Latest, _measuredAt) = (Missing($"{newImages} images are new; drift is measured from {policy.LeastImages} on."), long.MinValue / 2);
            return;
        }
        int wanted = WindowOf(newImages, policy);
        if (Latest?.Reading is not null && Math.Abs(newImages - _measuredAt) < Math.Max(1, wanted / 4)) return;

        (Embeddings reference, IReadOnlyList<string> ids) = await StoredVectors.ReadAsync(
            collection, history.SampleUntil(since, ReferenceWindows * policy.SampleSize).Select(image => image.Id), int.MaxValue, cancellationToken);
        int window = Math.Min(wanted, reference.Rows / 2);
        if (window < policy.LeastImages)
        {
            Latest = Missing($"Drift needs {2 * policy.LeastImages} indexed images that were learned from; there are {reference.Rows}.");
            return;
        }
        // Some of the newest may not be indexed yet, and one that cannot be read never will be.
        (Embeddings recent, _) = await StoredVectors.ReadAsync(collection, history.NewestAfter(since, window + (window / 8)).Select(image => image.Id), window, cancellationToken);
        if (recent.Rows < window)
        {
            Latest ??= Missing($"Drift is measured when the {window} newest images are indexed; {recent.Rows} are.");
            return;
        }
        if (_calibrated.Window != window) _calibrated = (window, DriftBaseline.Of(reference, await StretchesAsync(collection, since, reference, ids, window, cancellationToken), window, Splits, SplitSeed));
        Latest = _calibrated.Baseline is { } baseline
            ? new DriftMeasurement(baseline.Measure(recent), recent.Rows, reference.Rows, null)
            : Missing("The embeddings of the images that were learned from are all the same: no drift can be told.");
        _measuredAt = newImages;
    }

    /// <summary>Few sizes, so that a calibration lasts: the least, doubled as often as there are images for it, and the sample size in full.</summary>
    internal static int WindowOf(long newImages, DriftTrigger policy)
    {
        if (newImages >= policy.SampleSize) return policy.SampleSize;
        int window = policy.LeastImages;
        while (window * 2 <= newImages) window *= 2;
        return window;
    }

    /// <summary>Stretches of the history as they came, evenly over it, each beside old images that are not among them.</summary>
    private async Task<IReadOnlyList<(Embeddings, Embeddings)>> StretchesAsync(
        IVectorCollection collection, DateTimeOffset since, Embeddings reference, IReadOnlyList<string> ids, int window, CancellationToken cancellationToken)
    {
        long images = history.CountUntil(since);
        int count = (int)Math.Min(Stretches, images / window);
        List<(Embeddings, Embeddings)> stretches = [];
        for (int s = 0; s < count && count > 1; s++)
        {
            IReadOnlyList<string> came = history.StretchUntil(since, s * (images - window) / (count - 1), window);
            (Embeddings stretch, IReadOnlyList<string> found) = await StoredVectors.ReadAsync(collection, came, window, cancellationToken);
            Embeddings others = StoredVectors.Without(reference, ids, found.ToHashSet(StringComparer.Ordinal));
            if (stretch.Rows >= window / 2 && others.Rows >= window) stretches.Add((stretch, others));
        }
        return stretches;
    }

    private static DriftMeasurement Missing(string why) => new(null, 0, 0, why);
}
