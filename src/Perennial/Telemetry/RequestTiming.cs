using System.Diagnostics;
using Perennial.Inference.Batching;

namespace Perennial.Telemetry;

/// <summary>How long the stages of one request took, and what it was about. One thread at a time.</summary>
internal sealed class RequestTiming
{
    private readonly List<StageTime> _stages = new(capacity: 6);

    /// <summary>Stages in the order in which they ended.</summary>
    public IReadOnlyList<StageTime> Stages => _stages;

    /// <summary>Timestamp of its beginning.</summary>
    public long Started { get; } = Stopwatch.GetTimestamp();

    /// <summary>Images that it brought; 0 before they are known.</summary>
    public int Images { get; set; }

    /// <summary>Number of the generation that answers it; null before it has taken one.</summary>
    public int? Generation { get; set; }

    /// <summary>Digest of the encoder that answers it.</summary>
    public string? Digest { get; set; }

    /// <summary>From its beginning until now.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Started);

    /// <summary>The timing of this request.</summary>
    public static RequestTiming Of(HttpContext context)
    {
        if (context.Features.Get<RequestTiming>() is { } timing) return timing;
        context.Features.Set(timing = new RequestTiming());
        return timing;
    }

    /// <summary>Time of a stage; zero where the request had none of it.</summary>
    public TimeSpan this[string stage]
    {
        get
        {
            TimeSpan sum = TimeSpan.Zero;
            foreach (StageTime time in _stages) sum += time.Stage == stage ? time.Duration : TimeSpan.Zero;
            return sum;
        }
    }

    /// <summary>Notes a stage that was measured elsewhere.</summary>
    public void Add(string stage, long started, TimeSpan duration) => _stages.Add(new StageTime(stage, started, duration));

    /// <summary>Notes the encoder's part, which ends now: as a whole and, of it, the longest wait for a batch and the longest run of one.</summary>
    /// <param name="started">Timestamp at which the last image was given to the queue.</param>
    /// <param name="permit">The places that the images had in the queue.</param>
    public void AddEmbedding(long started, Permit permit)
    {
        long now = Stopwatch.GetTimestamp(), ran = now - Ticks(permit.InferenceTime);
        Add(Stage.Embed, started, Stopwatch.GetElapsedTime(started, now));
        if (permit.InferenceTime == TimeSpan.Zero) return; // no image got so far
        Add(Stage.Queue, ran - Ticks(permit.QueueTime), permit.QueueTime);
        Add(Stage.Inference, ran, permit.InferenceTime);
    }

    /// <summary>Measures until what it returns is disposed.</summary>
    public Measurement Measure(string stage) => new(this, stage, Stopwatch.GetTimestamp());

    private static long Ticks(TimeSpan time) => (long)(time.TotalSeconds * Stopwatch.Frequency);

    internal readonly struct Measurement(RequestTiming timing, string stage, long started) : IDisposable
    {
        public void Dispose() => timing.Add(stage, started, Stopwatch.GetElapsedTime(started));
    }
}
