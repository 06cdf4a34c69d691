namespace Perennial.Core.Search;

/// <summary>The best k candidates so far: higher score first, equal scores by id, so that the answer does not depend on the order of the scan.</summary>
internal sealed class TopHits(int k)
{
    private readonly PriorityQueue<Payload, (float Score, string Id)> _worstFirst = new(WorstFirst.Instance);

    /// <summary>Whether a candidate of this score could still enter: the cheap question that most rows fail.</summary>
    public bool Admits(float score) => _worstFirst.Count < k || (_worstFirst.TryPeek(out _, out (float Score, string Id) worst) && score >= worst.Score);

    public void Add(float score, string id, Payload payload)
    {
        if (_worstFirst.Count < k)
            _worstFirst.Enqueue(payload, (score, id));
        else
            _worstFirst.EnqueueDequeue(payload, (score, id));
    }

    public void AddAll(TopHits other)
    {
        foreach ((Payload payload, (float score, string id)) in other._worstFirst.UnorderedItems)
            Add(score, id, payload);
    }

    /// <summary>Best first.</summary>
    public SearchHit[] ToHits()
    {
        SearchHit[] hits = new SearchHit[_worstFirst.Count];
        for (int i = hits.Length - 1; _worstFirst.TryDequeue(out Payload? payload, out (float Score, string Id) rank); i--)
            hits[i] = new SearchHit(rank.Id, rank.Score, payload.Label, payload.CopyMetadata());
        return hits;
    }

    private sealed class WorstFirst : IComparer<(float Score, string Id)>
    {
        public static readonly WorstFirst Instance = new();

        public int Compare((float Score, string Id) x, (float Score, string Id) y)
        {
            int byScore = x.Score.CompareTo(y.Score);
            return byScore != 0 ? byScore : string.CompareOrdinal(y.Id, x.Id);
        }
    }
}
