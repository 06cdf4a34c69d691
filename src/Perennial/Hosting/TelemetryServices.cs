using Perennial.Telemetry;

namespace Perennial.Hosting;

/// <summary>What is told of the requests beside the usual metrics, where it is asked for.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services, PerennialOptions options, string? serviceName)
    {
        if (options.Metrics.TritonAliases) services.AddSingleton<TritonAliases>();
        if (options.Telemetry.OtlpEndpoint is not null) services.AddTracing(options.Telemetry, serviceName);
        return services;
    }
}
