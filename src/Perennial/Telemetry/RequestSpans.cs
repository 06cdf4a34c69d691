using System.Diagnostics;

namespace Perennial.Telemetry;

/// <summary>
/// The stages of a request as spans below the request's own, which also gets the generation and the number of images. They are written after the fact from
/// <see cref="RequestTiming"/>, and only while somebody listens. No span holds a key or anything of an image.
/// </summary>
/// <remarks>Of a request with several images, <c>queue</c> and <c>inference</c> are the longest of each, placed so that they end with the last answer.</remarks>
internal static class RequestSpans
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "Perennial";

    private static readonly ActivitySource Source = new(SourceName);

    public static void Write(RequestTiming timing)
    {
        if (!Source.HasListeners() || Activity.Current is not { IsAllDataRequested: true } request) return;
        if (timing.Generation is { } generation) request.SetTag("perennial.generation", generation).SetTag("perennial.digest", timing.Digest);
        if (timing.Images > 0) request.SetTag("perennial.images", timing.Images);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        TimeSpan age = timing.Elapsed;
        foreach (StageTime time in timing.Stages)
        {
            DateTimeOffset started = now - age + Stopwatch.GetElapsedTime(timing.Started, time.Started);
            using Activity? span = Source.StartActivity(time.Stage, ActivityKind.Internal, request.Context, startTime: started);
            span?.SetEndTime((started + time.Duration).UtcDateTime);
        }
    }
}
