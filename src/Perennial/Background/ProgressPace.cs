namespace Perennial.Background;

/// <summary>Lets one report through a second: each costs a durable write.</summary>
internal sealed class ProgressPace(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private long? _last;

    public bool IsDue()
    {
        if (_last is { } last && time.GetElapsedTime(last) < Every) return false;
        _last = time.GetTimestamp();
        return true;
    }
}
