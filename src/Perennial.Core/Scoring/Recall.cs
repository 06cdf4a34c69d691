namespace Perennial.Core.Scoring;

/// <summary>Retrieval on frozen embeddings: how often the one right answer is among the k nearest. With two views of each image as queries and bank it needs no labels.</summary>
public static class Recall
{
    /// <summary>recall@k, [0, 1]: the share of queries whose target is among the k bank rows of highest cosine. A tie counts against the target, so a collapsed encoder scores 0.</summary>
    /// <param name="queries">[N, D], N above 0; lengths do not matter.</param>
    /// <param name="bank">[M, D].</param>
    /// <param name="target">[N]: the bank row that each query should find.</param>
    /// <param name="k">1 or more.</param>
    public static double AtK(Embeddings queries, Embeddings bank, int[] target, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfZero(queries.Rows, nameof(queries));
        if (target.Length != queries.Rows)
            throw new ArgumentException($"{target.Length} targets were given for {queries.Rows} queries.", nameof(target));
        if (Array.Exists(target, row => row < 0 || row >= bank.Rows))
            throw new ArgumentException($"A target is not within 0 to {bank.Rows - 1}.", nameof(target));
        UnitRows queryRows = UnitRows.Of(queries), bankRows = UnitRows.Of(bank);
        int[][] nearer = Similarities.Visit(queryRows, bankRows, count => new int[count], (tile, counts) =>
        {
            for (int query = 0; query < tile.Queries; query++)
            {
                int wanted = target[tile.FirstQuery + query];
                double cosine = Similarities.Of(queryRows.Row(tile.FirstQuery + query), bankRows.Row(wanted));
                counts[query] += AtLeast(tile.Row(query), cosine, except: wanted - tile.FirstBank);
            }
        });
        return nearer.SelectMany(counts => counts).Count(count => count < k) / (double)queries.Rows;
    }

    private static int AtLeast(ReadOnlySpan<double> cosines, double cosine, int except)
    {
        int count = 0;
        for (int i = 0; i < cosines.Length; i++)
            count += cosines[i] >= cosine && i != except ? 1 : 0;
        return count;
    }
}
