namespace Perennial.Background;

/// <summary>How long the latest requests took: so many at most, none older than so long. One thread at a time.</summary>
internal sealed class LatencyWindow(int capacity, TimeSpan longest, TimeProvider time)
{
    private readonly (long At, double Milliseconds)[] _ring = new (long, double)[capacity];
    private int _next;
    private int _kept;

    /// <summary>Requests in the window.</summary>
    public int Count => Latest().Count();

    /// <summary>Requests kept, those that have become too old included: costs nothing to ask.</summary>
    public int Kept => _kept;

    public void Add(double milliseconds)
    {
        _ring[_next] = (time.GetTimestamp(), milliseconds);
        _next = (_next + 1) % capacity;
        _kept = Math.Min(_kept + 1, capacity);
    }

    public void Clear() => _kept = 0;

    /// <summary>How many took longer than <paramref name="milliseconds"/>.</summary>
    public int Over(double milliseconds) => Latest().Count(took => took > milliseconds);

    /// <summary>The latency that all but a share of 1 - <paramref name="share"/> kept below, ms; null without requests.</summary>
    public double? Percentile(double share)
    {
        double[] sorted = [.. Latest().Order()];
        return sorted.Length == 0 ? null : sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    private IEnumerable<double> Latest()
    {
        for (int back = 1; back <= _kept; back++)
        {
            (long at, double milliseconds) = _ring[(_next - back + capacity) % capacity];
            if (time.GetElapsedTime(at) > longest) yield break;
            yield return milliseconds;
        }
    }
}
