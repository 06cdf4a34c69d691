using System.Reflection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Perennial.Telemetry;

/// <summary>Sends spans of requests to a collector (OTLP). Called only where one is configured: nothing of OpenTelemetry is loaded otherwise.</summary>
internal static class Tracing
{
    public static void AddTracing(this IServiceCollection services, TelemetryOptions options, string? serviceName) => services.AddOpenTelemetry()
        .ConfigureResource(resource => resource.AddService(serviceName ?? "perennial",
            serviceVersion: typeof(Tracing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion))
        .WithTracing(tracing => tracing
            .AddSource(RequestSpans.SourceName)
            .AddAspNetCoreInstrumentation(requests => requests.Filter = IsOfInterest)
            .AddOtlpExporter(exporter => Configure(exporter, options)));

    // What asks every few seconds would drown the rest.
    private static bool IsOfInterest(HttpContext context) => !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/metrics");

    private static void Configure(OtlpExporterOptions exporter, TelemetryOptions options)
    {
        bool grpc = options.OtlpProtocol == OtlpProtocol.Grpc;
        exporter.Protocol = grpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
        string path = grpc || options.OtlpEndpoint!.TrimEnd('/').EndsWith("/v1/traces", StringComparison.Ordinal) ? "" : "/v1/traces";
        exporter.Endpoint = new Uri(options.OtlpEndpoint!.TrimEnd('/') + path);
    }
}
