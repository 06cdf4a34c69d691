namespace Perennial.Inference.Batching;

/// <summary>
/// Decides whether to leave the engine idle for a moment so that a fuller batch forms. Right after a batch of b, up to b callers
/// have just got their answers and may come back with the next image: waiting for them beats running the first of them alone.
/// </summary>
/// <remarks>
/// The wait ends <c>min(maxDelay, a quarter of the last batch's time)</c> after the last batch, so that a wait in vain costs at
/// most a fifth of the throughput; one in vain makes the next 1, 3, 7, ... 63 opportunities pass unused, one that brought
/// somebody resets that. It is never opened when as many wait as the last batch held (a lone caller), nor once the engine
/// has been idle for longer than the window.
/// </remarks>
internal sealed class GatherWindow(int maxBatch, TimeSpan maxDelay)
{
    private const int MostSkipped = 63;
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(0.5); // a thread cannot sleep for less

    private int _expected;
    private TimeSpan _length;
    private int _inVain;
    private int _skip;

    /// <summary>How many images make waiting pointless.</summary>
    public int Enough => Math.Min(_expected, maxBatch);

    public void BatchEnded(int size, TimeSpan duration)
    {
        _expected = size;
        _length = TimeSpan.FromTicks(Math.Min(maxDelay.Ticks, duration.Ticks / 4));
    }

    /// <summary>How long to wait for more; zero to run at once.</summary>
    public TimeSpan Open(int waiting, TimeSpan sinceLastBatch)
    {
        TimeSpan left = _length - sinceLastBatch;
        if (waiting >= Enough || left < Shortest)
            return TimeSpan.Zero;
        if (_skip == 0)
            return left;
        _skip--;
        return TimeSpan.Zero;
    }

    /// <summary>Reports what a wait has brought.</summary>
    public void Closed(bool fruitful) => _skip = _inVain = fruitful ? 0 : Math.Min(MostSkipped, 2 * _inVain + 1);
}
