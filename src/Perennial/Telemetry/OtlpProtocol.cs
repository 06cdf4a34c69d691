namespace Perennial.Telemetry;

/// <summary>How spans travel to a collector.</summary>
public enum OtlpProtocol
{
    /// <summary>Protocol Buffers over HTTP, usually to port 4318.</summary>
    HttpProtobuf,

    /// <summary>gRPC, usually to port 4317.</summary>
    Grpc,
}
