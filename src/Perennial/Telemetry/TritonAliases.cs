using Perennial.Background;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;
using Prometheus;

namespace Perennial.Telemetry;

/// <summary>
/// What Triton Inference Server's dashboards look for, in a registry of its own: labels <c>model</c> ("encoder", "classifier") and <c>version</c> (the generation),
/// durations cumulative in microseconds. Images and batches of the encoder are all that it embeds, those of the corpus included.
/// </summary>
/// <remarks>Source of the names and their meaning: triton-inference-server, docs/user_guide/metrics.md.</remarks>
internal sealed class TritonAliases
{
    private static readonly string[] Labels = ["model", "version"];

    private readonly Serving _serving;
    private readonly Counter _success, _failure, _count, _executions, _total, _queue, _input, _infer, _output;
    private readonly Gauge _pending;

    public TritonAliases(Serving serving)
    {
        _serving = serving;
        MetricFactory metrics = Metrics.WithCustomRegistry(Registry);
        _success = metrics.CreateCounter("nv_inference_request_success", "Requests answered.", Labels);
        _failure = metrics.CreateCounter("nv_inference_request_failure", "Requests refused or failed, by reason: REJECTED, CANCELED, BACKEND, OTHER.", [.. Labels, "reason"]);
        _count = metrics.CreateCounter("nv_inference_count", "Images.", Labels);
        _executions = metrics.CreateCounter("nv_inference_exec_count", "Batches.", Labels);
        _total = metrics.CreateCounter("nv_inference_request_duration_us", "Time of requests answered.", Labels);
        _queue = metrics.CreateCounter("nv_inference_queue_duration_us", "Of it, waiting for a batch.", Labels);
        _input = metrics.CreateCounter("nv_inference_compute_input_duration_us", "Of it, receiving and decoding images.", Labels);
        _infer = metrics.CreateCounter("nv_inference_compute_infer_duration_us", "Of it, in the engines.", Labels);
        _output = metrics.CreateCounter("nv_inference_compute_output_duration_us", "Of it, the rest: searching, writing the answer.", Labels);
        _pending = metrics.CreateGauge("nv_inference_pending_request_count", "Images that wait for a batch.", Labels);
    }

    public CollectorRegistry Registry { get; } = Metrics.NewCustomRegistry();

    /// <summary>Counts one batch of the encoder.</summary>
    public void Count(int generation, BatchMeasurement batch)
    {
        if (batch.Failed) return;
        _count.WithLabels("encoder", $"{generation}").Inc(batch.Size);
        _executions.WithLabels("encoder", $"{generation}").Inc();
    }

    /// <summary>Counts one request, if a model answers it.</summary>
    public void Count(HttpContext context, RequestTiming timing, TimeSpan total)
    {
        string? model = context.GetEndpoint()?.Metadata.GetMetadata<InferenceAnswer>()?.ModelOf(context);
        if (model is not ("encoder" or "classifier")) return; // others do not exist: whatever a caller names must not become a series
        string version = $"{timing.Generation ?? Current()}";
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
        {
            _failure.WithLabels(model, version, ReasonOf(context.Response.StatusCode)).Inc();
            return;
        }
        TimeSpan queue = timing[Stage.Queue], input = timing[Stage.Read] + timing[Stage.Decode], infer = timing[Stage.Inference] + timing[Stage.Classify];
        _success.WithLabels(model, version).Inc();
        Add(_total, total);
        Add(_queue, queue);
        Add(_input, input);
        Add(_infer, infer);
        Add(_output, total - queue - input - infer);
        if (model != "classifier") return;
        _count.WithLabels(model, version).Inc(timing.Images);
        _executions.WithLabels(model, version).Inc();

        void Add(Counter counter, TimeSpan time) => counter.WithLabels(model, version).Inc(Math.Max(0, Math.Round(time.TotalMicroseconds)));
    }

    /// <summary>Looks at the queue; to be called before the registry is read.</summary>
    public void Refresh()
    {
        using Lease<ServingPair>? lease = _serving.TryAcquire();
        string version = $"{lease?.Value.Manifest.Number ?? 0}";
        foreach (string[] labels in _pending.GetAllLabelValues().Where(labels => labels[1] != version)) _pending.RemoveLabelled(labels);
        _pending.WithLabels("encoder", version).Set(lease?.Value.Embedder.Waiting ?? 0);
    }

    private int Current()
    {
        using Lease<ServingPair>? lease = _serving.TryAcquire();
        return lease?.Value.Manifest.Number ?? 0;
    }

    private static string ReasonOf(int status) => status switch
    {
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => "REJECTED",
        StatusCodes.Status408RequestTimeout or StatusCodes.Status499ClientClosedRequest => "CANCELED",
        >= StatusCodes.Status500InternalServerError => "BACKEND",
        _ => "OTHER",
    };
}
