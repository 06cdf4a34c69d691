namespace Perennial.Core.Scoring;

/// <summary>
/// Weighted k-nearest-neighbour classification on frozen embeddings: the k bank rows of highest cosine s vote for their label with weight exp(s / T).
/// No training, so it judges the embedding alone. Source: Wu et al. 2018, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", section 3.4
/// (k = 200, T = 0.1 in MoCo's CIFAR-10 notebook; k = 20, T = 0.07 in DINO).
/// </summary>
public static class KnnAccuracy
{
    /// <summary>Share of the queries whose predicted label is theirs, [0, 1].</summary>
    /// <param name="bank">Embeddings with known labels, [M, D]; lengths do not matter.</param>
    /// <param name="bankLabels">[M], each in [0, classes).</param>
    /// <param name="queries">[N, D], N above 0.</param>
    /// <param name="queryLabels">[N], each in [0, classes).</param>
    /// <param name="classes">Number of labels.</param>
    /// <param name="k">Neighbours that vote, 1 or more; all of the bank when it is smaller.</param>
    /// <param name="temperature">T, above 0.</param>
    public static double Measure(Embeddings bank, int[] bankLabels, Embeddings queries, int[] queryLabels, int classes, int k = 20, double temperature = 0.1)
    {
        CheckLabels(queryLabels, queries.Rows, classes, nameof(queryLabels));
        ArgumentOutOfRangeException.ThrowIfZero(queries.Rows, nameof(queries));
        int[] predicted = Predict(bank, bankLabels, queries, classes, k, temperature);
        return predicted.Zip(queryLabels).Count(pair => pair.First == pair.Second) / (double)predicted.Length;
    }

    /// <summary>The label with the highest vote for each query, [N]; the lower one of two that are equal.</summary>
    /// <inheritdoc cref="Measure"/>
    public static int[] Predict(Embeddings bank, int[] bankLabels, Embeddings queries, int classes, int k = 20, double temperature = 0.1)
    {
        CheckLabels(bankLabels, bank.Rows, classes, nameof(bankLabels));
        ArgumentOutOfRangeException.ThrowIfZero(bank.Rows, nameof(bank));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(temperature, 0);
        int neighbours = Math.Min(k, bank.Rows);
        NearestRows[][] blocks = Similarities.Visit(UnitRows.Of(queries), UnitRows.Of(bank),
            count => Enumerable.Range(0, count).Select(_ => new NearestRows(neighbours)).ToArray(),
            (tile, nearest) =>
            {
                for (int query = 0; query < tile.Queries; query++)
                    nearest[query].Offer(tile.FirstBank, tile.Row(query));
            });
        double[] votes = new double[classes];
        return [.. blocks.SelectMany(block => block).Select(nearest => Vote(nearest, bankLabels, votes, temperature))];
    }

    private static int Vote(NearestRows nearest, int[] bankLabels, double[] votes, double temperature)
    {
        Array.Clear(votes);
        double highest = nearest.Cosines[0]; // taken out of every weight: the order of the votes stays, and a small T cannot overflow
        for (int i = 0; i < nearest.Rows.Length; i++)
            votes[bankLabels[nearest.Rows[i]]] += Math.Exp((nearest.Cosines[i] - highest) / temperature);
        return Array.IndexOf(votes, votes.Max());
    }

    private static void CheckLabels(int[] labels, int rows, int classes, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        if (labels.Length != rows)
            throw new ArgumentException($"{labels.Length} labels were given for {rows} rows.", name);
        if (labels.FirstOrDefault(label => label < 0 || label >= classes) is var label && (label < 0 || label >= classes))
            throw new ArgumentException($"The label {label} is not within 0 to {classes - 1}.", name);
    }
}
