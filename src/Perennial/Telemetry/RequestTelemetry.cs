using System.Diagnostics;
using System.Globalization;

namespace Perennial.Telemetry;

/// <summary>Measures every request once, whatever becomes of it.</summary>
internal sealed class RequestTelemetry(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        long started = Stopwatch.GetTimestamp();
        RequestTiming timing = RequestTiming.Of(context);
        using (Prometheus.GaugeExtensions.TrackInProgress(RequestMetrics.InProgress))
        {
            await next(context);
        }
        string endpoint = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "other";
        RequestMetrics.Requests.WithLabels(endpoint, context.Response.StatusCode.ToString(CultureInfo.InvariantCulture)).Inc();
        RequestMetrics.Seconds.WithLabels(endpoint, Stage.Total).Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
        foreach ((string stage, TimeSpan duration) in timing.Stages) RequestMetrics.Seconds.WithLabels(endpoint, stage).Observe(duration.TotalSeconds);
    }
}
