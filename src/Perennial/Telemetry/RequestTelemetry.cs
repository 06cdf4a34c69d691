using System.Globalization;

namespace Perennial.Telemetry;

/// <summary>Measures every request once, whatever becomes of it.</summary>
internal sealed class RequestTelemetry(RequestDelegate next, TritonAliases? aliases = null)
{
    public async Task InvokeAsync(HttpContext context)
    {
        RequestTiming timing = RequestTiming.Of(context);
        TimingHeaders.Promise(context);
        using (Prometheus.GaugeExtensions.TrackInProgress(RequestMetrics.InProgress))
        {
            await next(context);
        }
        string endpoint = context.GetEndpoint()?.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? "other";
        TimeSpan total = timing.Elapsed;
        RequestMetrics.Requests.WithLabels(endpoint, context.Response.StatusCode.ToString(CultureInfo.InvariantCulture)).Inc();
        RequestMetrics.Seconds.WithLabels(endpoint, Stage.Total).Observe(total.TotalSeconds);
        foreach (StageTime time in timing.Stages) RequestMetrics.Seconds.WithLabels(endpoint, time.Stage).Observe(time.Duration.TotalSeconds);
        RequestSpans.Write(timing);
        aliases?.Count(context, timing, total);
    }
}
