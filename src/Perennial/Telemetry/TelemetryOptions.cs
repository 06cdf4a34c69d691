namespace Perennial.Telemetry;

/// <summary>Traces, section <c>Perennial:Telemetry</c>. The SDK's own variables (<c>OTEL_SERVICE_NAME</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c>, <c>OTEL_TRACES_SAMPLER</c>, <c>OTEL_EXPORTER_OTLP_HEADERS</c>) count as well.</summary>
public sealed class TelemetryOptions
{
    /// <summary>Where spans are sent to, for example <c>http://localhost:4318</c>; for HTTP, <c>/v1/traces</c> is added. Null: traces are off and cost nothing.</summary>
    /// <value>Default null, or what <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> says. An http or https address.</value>
    public string? OtlpEndpoint { get; set; }

    /// <summary>How they travel there.</summary>
    /// <value>Default <see cref="OtlpProtocol.HttpProtobuf"/>, or what <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says (<c>http/protobuf</c>, <c>grpc</c>).</value>
    public OtlpProtocol OtlpProtocol { get; set; }

    /// <summary>What is wrong with them as one sentence, or null.</summary>
    internal string? Problem() => OtlpEndpoint is null || (Uri.TryCreate(OtlpEndpoint, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0)
        ? null
        : $"Perennial:Telemetry:OtlpEndpoint (or OTEL_EXPORTER_OTLP_ENDPOINT) is '{OtlpEndpoint}'; give the address of a collector, for example http://localhost:4318, or leave it out.";
}
