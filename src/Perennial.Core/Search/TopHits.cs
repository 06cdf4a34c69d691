using System.Text;

namespace Perennial.Core.Search;

/// <summary>The best k candidates so far: higher score first, equal scores by id, so that the answer does not depend on the order of the scan.</summary>
internal sealed class TopHits(int k)
{
    private readonly PriorityQueue<Payload, (float Score, string Id)> _worstFirst = new(WorstFirst.Instance);

    /// <summary>Least score of a candidate that could still enter.</summary>
    public float Threshold { get; private set; } = float.NegativeInfinity;

    /// <param name="score">At least <see cref="Threshold"/>.</param>
    /// <param name="id">UTF-8.</param>
    /// <param name="payload">What the hit carries.</param>
    public void Add(float score, ReadOnlySpan<byte> id, Payload payload) => Add(score, Encoding.UTF8.GetString(id), payload);

    private void Add(float score, string id, Payload payload)
    {
        if (_worstFirst.Count < k)
            _worstFirst.Enqueue(payload, (score, id));
        else
            _worstFirst.EnqueueDequeue(payload, (score, id));
        if (_worstFirst.Count == k && _worstFirst.TryPeek(out _, out (float Score, string Id) worst))
            Threshold = worst.Score;
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
