namespace Perennial.Telemetry;

/// <summary>What <c>/metrics</c> tells, section <c>Perennial:Metrics</c>.</summary>
public sealed class MetricsOptions
{
    /// <summary>Whether the counters also come under the names of Triton Inference Server (<c>nv_inference_*</c>), for dashboards that know those.</summary>
    /// <value>Default false.</value>
    public bool TritonAliases { get; set; }
}
