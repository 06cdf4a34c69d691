using Perennial.Telemetry;
using Prometheus;

namespace Perennial.Hosting;

/// <summary>What is told of the requests beside the usual metrics, where it is asked for.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, PerennialOptions options, string? serviceName)
    {
        // Its bridges to event counters and meters listen to every request a second time, and give names that are not Prometheus'. The process's own metrics stay.
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressEventCounters = true, SuppressMeters = true, SuppressDebugMetrics = true });
        if (options.Metrics.TritonAliases) services.AddSingleton<TritonAliases>();
        if (options.Telemetry.OtlpEndpoint is not null) services.AddTracing(options.Telemetry, serviceName);
        return services;
    }
}
