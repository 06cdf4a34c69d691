using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Core.Search;

namespace Perennial.Background.Triggers;

/// <summary>Measures kNN accuracy on labelled newcomers when enough labels have come since the last time; in between the last measurement stands. Not for concurrent use.</summary>
internal sealed class PerformanceWatch(CorpusHistory history)
{
    private const int MostNewcomers = 1000, MostNeighbours = 5000;

    private (string Digest, DateTimeOffset Since, double? AtEvaluation) _of;
    private long _measuredAt;

    /// <summary>The newest measurement; null before the first.</summary>
    public PerformanceMeasurement? Latest { get; private set; }

    /// <param name="collection">Of the serving encoder.</param>
    /// <param name="since">When the snapshot was taken that it learned from.</param>
    /// <param name="atEvaluation">kNN accuracy on the held-out images when it was made; null without labels.</param>
    /// <param name="policy">How many newcomers there must be.</param>
    /// <param name="cancellationToken">Ends it between two vectors.</param>
    public async Task MeasureAsync(IVectorCollection collection, DateTimeOffset since, double? atEvaluation, PerformanceTrigger policy, CancellationToken cancellationToken)
    {
        if (_of != (collection.Digest, since, atEvaluation)) (_of, _measuredAt, Latest) = ((collection.Digest, since, atEvaluation), long.MinValue / 2, null);
        if (atEvaluation is not { } before)
        {
            Latest = Missing("The serving generation was judged without labels: there is no accuracy to compare with.");
            return;
        }
        long labelled = history.CountAfter(since, labelled: true);
        if (labelled < policy.LeastImages)
        {
            (Latest, _measuredAt) = (Missing($"{labelled} new images have a label; accuracy is measured from {policy.LeastImages} on."), long.MinValue / 2);
            return;
        }
        if (Latest?.Accuracy is not null && Math.Abs(labelled - _measuredAt) < Math.Max(1, policy.LeastImages / 4)) return;

        (Embeddings queries, int[] queryLabels, Embeddings bank, int[] bankLabels, int classes) = await ReadAsync(collection, since, cancellationToken);
        if (queries.Rows < policy.LeastImages)
        {
            Latest ??= Missing($"Accuracy is measured when {policy.LeastImages} labelled new images are indexed; {queries.Rows} are.");
            return;
        }
        Latest = bankLabels.Distinct().Take(2).Count() < 2
            ? Missing("Fewer than two labels are left among the images that were learned from: nothing can be named by them.")
            : new PerformanceMeasurement(KnnAccuracy.Measure(bank, bankLabels, queries, queryLabels, classes), before, queries.Rows, null);
        _measuredAt = labelled;
    }

    // A label that no old image has is never guessed, and counts as named wrongly: that is what it means for whoever asks.
    private async Task<(Embeddings Queries, int[] QueryLabels, Embeddings Bank, int[] BankLabels, int Classes)> ReadAsync(IVectorCollection collection, DateTimeOffset since, CancellationToken cancellationToken)
    {
        IReadOnlyList<(string Id, string? Label)> newcomers = history.NewestAfter(since, MostNewcomers, labelled: true), old = history.SampleUntil(since, MostNeighbours, labelled: true);
        Dictionary<string, string> labels = newcomers.Concat(old).ToDictionary(image => image.Id, image => image.Label!, StringComparer.Ordinal);
        (Embeddings queries, IReadOnlyList<string> asked) = await StoredVectors.ReadAsync(collection, newcomers.Select(image => image.Id), MostNewcomers, cancellationToken);
        (Embeddings bank, IReadOnlyList<string> known) = await StoredVectors.ReadAsync(collection, old.Select(image => image.Id), MostNeighbours, cancellationToken);
        string[] classes = [.. labels.Values.Distinct(StringComparer.Ordinal)];
        int[] Indices(IReadOnlyList<string> ids) => [.. ids.Select(id => Array.IndexOf(classes, labels[id]))];
        return (queries, Indices(asked), bank, Indices(known), classes.Length);
    }

    private static PerformanceMeasurement Missing(string why) => new(null, null, 0, why);
}
