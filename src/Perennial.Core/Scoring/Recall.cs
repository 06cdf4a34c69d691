namespace Perennial.Core.Scoring;

/// <summary>Recall@k of a retrieval: the share of queries whose target is among their k nearest bank rows by cosine, [0, 1].</summary>
public static class Recall
{
    /// <param name="queries">[Q, D]</param>
    /// <param name="bank">[B, D]</param>
    /// <param name="target">[Q], the bank row that each query should find.</param>
    /// <param name="k">1 or more.</param>
    public static double AtK(Embeddings queries, Embeddings bank, int[] target, int k)
    {
        if (target.Length != queries.Rows) throw new ArgumentException($"{target.Length} targets for {queries.Rows} queries.", nameof(target));
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return KnnAccuracy.Neighbours(bank, queries, k).Zip(target, (found, row) => found.Rows.Contains(row) ? 1.0 : 0.0).DefaultIfEmpty(double.NaN).Average();
    }
}
