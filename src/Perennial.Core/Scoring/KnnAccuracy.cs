using System.Numerics.Tensors;

namespace Perennial.Core.Scoring;

/// <summary>
/// Weighted k-nearest-neighbour classification on embeddings: each of the k nearest bank images votes for its class with exp(cosine/T).
/// The usual label-efficient measure of a self-supervised encoder: nothing is trained. State k and T beside each figure.
/// </summary>
/// <remarks>Source: Wu, Xiong, Yu, Lin, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", arXiv:1805.01978, section 3.4.</remarks>
public static class KnnAccuracy
{
    private const int QueriesAtOnce = 16; // a bank row is read once for so many queries

    /// <summary>Share of queries whose class is predicted rightly, [0, 1]; NaN without queries.</summary>
    /// <param name="bank">[B, D]</param>
    /// <param name="bankLabels">[B], each in 0 .. classes - 1.</param>
    /// <param name="queries">[Q, D]</param>
    /// <param name="queryLabels">[Q]</param>
    /// <param name="classes">1 or more.</param>
    /// <param name="k">Neighbours, 1 or more; all of the bank where it is smaller.</param>
    /// <param name="temperature">T, above 0.</param>
    public static double Measure(Embeddings bank, int[] bankLabels, Embeddings queries, int[] queryLabels, int classes, int k = 20, double temperature = 0.1)
    {
        if (queryLabels.Length != queries.Rows) throw new ArgumentException($"{queryLabels.Length} labels for {queries.Rows} queries.", nameof(queryLabels));
        int[] predicted = Predict(bank, bankLabels, queries, classes, k, temperature);
        return predicted.Zip(queryLabels, (p, label) => p == label ? 1.0 : 0.0).DefaultIfEmpty(double.NaN).Average();
    }

    /// <summary>The predicted class of each query, [Q]. Of classes with equal votes the lower number wins, of equal cosines the lower bank row.</summary>
    public static int[] Predict(Embeddings bank, int[] bankLabels, Embeddings queries, int classes, int k = 20, double temperature = 0.1)
    {
        if (bankLabels.Length != bank.Rows) throw new ArgumentException($"{bankLabels.Length} labels for {bank.Rows} bank rows.", nameof(bankLabels));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(temperature);
        (int[] Rows, float[] Cosines)[] neighbours = Neighbours(bank, queries, k);
        int[] predicted = new int[queries.Rows];
        for (int q = 0; q < queries.Rows; q++)
        {
            double[] votes = new double[classes];
            for (int i = 0; i < neighbours[q].Rows.Length; i++)
            {
                // Relative to the nearest, which changes no comparison and cannot overflow.
                votes[bankLabels[neighbours[q].Rows[i]]] += Math.Exp((neighbours[q].Cosines[i] - neighbours[q].Cosines[0]) / temperature);
            }
            predicted[q] = Array.IndexOf(votes, votes.Max());
        }
        return predicted;
    }

    /// <summary>The k nearest bank rows of each query by cosine, nearest first.</summary>
    internal static (int[] Rows, float[] Cosines)[] Neighbours(Embeddings bank, Embeddings queries, int k)
    {
        if (bank.Dimensions != queries.Dimensions) throw new ArgumentException($"Bank rows have {bank.Dimensions} dimensions, queries {queries.Dimensions}.", nameof(queries));
        Embeddings unitBank = UnitRows.Of(bank), unitQueries = UnitRows.Of(queries);
        var neighbours = new (int[], float[])[queries.Rows];
        Parallel.For(0, (queries.Rows + QueriesAtOnce - 1) / QueriesAtOnce, block =>
        {
            int first = block * QueriesAtOnce, count = Math.Min(QueriesAtOnce, queries.Rows - first);
            var nearest = new PriorityQueue<int, (float Cosine, int Row)>[count];
            for (int q = 0; q < count; q++) nearest[q] = new(k + 1, FarthestFirst);
            for (int row = 0; row < bank.Rows; row++)
            {
                ReadOnlySpan<float> candidate = unitBank.Row(row);
                for (int q = 0; q < count; q++)
                {
                    float cosine = TensorPrimitives.Dot(candidate, unitQueries.Row(first + q));
                    if (nearest[q].Count < k) nearest[q].Enqueue(row, (cosine, row));
                    else if (nearest[q].TryPeek(out _, out var farthest) && cosine > farthest.Cosine) nearest[q].EnqueueDequeue(row, (cosine, row));
                }
            }
            for (int q = 0; q < count; q++)
            {
                var found = nearest[q].UnorderedItems.OrderByDescending(n => n.Priority.Cosine).ThenBy(n => n.Element).ToArray();
                neighbours[first + q] = ([.. found.Select(n => n.Element)], [.. found.Select(n => n.Priority.Cosine)]);
            }
        });
        return neighbours;
    }

    private static readonly Comparer<(float Cosine, int Row)> FarthestFirst = Comparer<(float Cosine, int Row)>.Create((a, b) =>
        a.Cosine != b.Cosine ? a.Cosine.CompareTo(b.Cosine) : b.Row.CompareTo(a.Row));
}
