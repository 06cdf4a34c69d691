namespace Perennial.Access;

/// <summary>
/// Fills at a steady rate up to its capacity; who takes needs one token, and may be charged more than there are once the cost is known, so that the
/// bucket is in debt until it has filled up again. Thread-safe, never waits.
/// </summary>
/// <param name="perMinute">Tokens that come in a minute.</param>
/// <param name="burst">How long an empty bucket takes to be full; it holds one token at least.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(int perMinute, TimeSpan burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly double _perSecond = perMinute / 60.0;
    private readonly double _capacity = Math.Max(1, perMinute * burst.TotalMinutes);
    private double _tokens = Math.Max(1, perMinute * burst.TotalMinutes);
    private long _filled = time.GetTimestamp();

    /// <summary>How long until one token is there; zero when it is.</summary>
    public TimeSpan Wait()
    {
        lock (_gate)
        {
            Fill();
            return _tokens >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _tokens) / _perSecond);
        }
    }

    /// <summary>Takes one token if it is there; else how long until it is.</summary>
    public TimeSpan Take()
    {
        lock (_gate)
        {
            TimeSpan wait = Wait();
            if (wait == TimeSpan.Zero) _tokens--;
            return wait;
        }
    }

    /// <summary>Takes so many, there or not.</summary>
    public void Charge(int tokens)
    {
        lock (_gate)
        {
            Fill();
            _tokens -= tokens;
        }
    }

    private void Fill()
    {
        long now = time.GetTimestamp();
        _tokens = Math.Min(_capacity, _tokens + (_perSecond * time.GetElapsedTime(_filled, now).TotalSeconds));
        _filled = now;
    }
}
