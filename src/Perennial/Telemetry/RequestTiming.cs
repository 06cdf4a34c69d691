using System.Diagnostics;

namespace Perennial.Telemetry;

/// <summary>How long the stages of one request took. One thread at a time.</summary>
internal sealed class RequestTiming
{
    private readonly List<(string Stage, TimeSpan Duration)> _stages = new(capacity: 4);

    /// <summary>Stages in the order in which they ended.</summary>
    public IReadOnlyList<(string Stage, TimeSpan Duration)> Stages => _stages;

    /// <summary>The timing of this request.</summary>
    public static RequestTiming Of(HttpContext context)
    {
        if (context.Features.Get<RequestTiming>() is { } timing) return timing;
        context.Features.Set(timing = new RequestTiming());
        return timing;
    }

    /// <summary>Notes a stage that was measured elsewhere.</summary>
    public void Add(string stage, TimeSpan duration) => _stages.Add((stage, duration));

    /// <summary>Measures until what it returns is disposed.</summary>
    public Measurement Measure(string stage) => new(this, stage, Stopwatch.GetTimestamp());

    internal readonly struct Measurement(RequestTiming timing, string stage, long started) : IDisposable
    {
        public void Dispose() => timing.Add(stage, Stopwatch.GetElapsedTime(started));
    }
}
