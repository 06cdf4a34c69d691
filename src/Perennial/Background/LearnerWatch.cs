using System.Globalization;

namespace Perennial.Background;

/// <summary>A learner at work, as <see cref="Yielding"/> sees it. Disposing it lets the learner go on.</summary>
internal sealed class LearnerWatch(IHeldProcess process, Func<double?> budget, Action<string> note, ITimer timer, Action<LearnerWatch> unwatch) : IDisposable
{
    private static readonly TimeSpan WorthTelling = TimeSpan.FromSeconds(1);

    private TimeSpan _stood;
    private bool _told;

    public Func<double?> Budget { get; } = budget;

    public void Stop()
    {
        process.Stop();
        RunMetrics.LearnerStops.Inc();
        if (_told) return;
        _told = true;
        Task.Run(() => note("Requests come first: the learner stands still while they are answered.")); // a file and a database, not while a request waits
    }

    public void Continue() => process.Continue();

    public void LookAgainIn(TimeSpan span) => timer.Change(span, Timeout.InfiniteTimeSpan);

    public void StoodStill(TimeSpan span)
    {
        _stood += span;
        RunMetrics.LearnerThrottledSeconds.Inc(span.TotalSeconds);
    }

    /// <summary>To be called once, when it is no longer watched.</summary>
    public void Conclude()
    {
        timer.Dispose();
        if (_stood >= WorthTelling) note(string.Create(CultureInfo.InvariantCulture, $"The learner stood still for {_stood.TotalSeconds:0.0} s so that requests were answered in time."));
    }

    public void Dispose() => unwatch(this);
}
