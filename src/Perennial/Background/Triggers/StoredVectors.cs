using Perennial.Core.Scoring;
using Perennial.Core.Search;

namespace Perennial.Background.Triggers;

/// <summary>Embeddings that a collection holds already: nothing is embedded for a decision.</summary>
internal static class StoredVectors
{
    /// <summary>The stored vectors of some images in their order, [found, D], and which were found.</summary>
    /// <param name="collection">Of the serving encoder.</param>
    /// <param name="ids">Of images.</param>
    /// <param name="most">Enough; the rest is not looked up.</param>
    /// <param name="cancellationToken">Ends it between two vectors.</param>
    public static async Task<(Embeddings Rows, IReadOnlyList<string> Ids)> ReadAsync(IVectorCollection collection, IEnumerable<string> ids, int most, CancellationToken cancellationToken)
    {
        List<float> values = [];
        List<string> found = [];
        foreach (string id in ids)
        {
            if (found.Count == most) break;
            if (await collection.FindVectorAsync(id, cancellationToken) is not { } vector) continue; // not indexed yet, or deleted
            values.AddRange(vector);
            found.Add(id);
        }
        return (new Embeddings([.. values], found.Count, collection.Dimensions), found);
    }

    /// <summary>The rows whose ids are not among <paramref name="others"/>.</summary>
    public static Embeddings Without(Embeddings rows, IReadOnlyList<string> ids, IReadOnlySet<string> others)
    {
        int[] kept = [.. Enumerable.Range(0, rows.Rows).Where(i => !others.Contains(ids[i]))];
        float[] values = new float[kept.Length * rows.Dimensions];
        for (int i = 0; i < kept.Length; i++) rows.Row(kept[i]).CopyTo(values.AsSpan(i * rows.Dimensions));
        return new Embeddings(values, kept.Length, rows.Dimensions);
    }
}
