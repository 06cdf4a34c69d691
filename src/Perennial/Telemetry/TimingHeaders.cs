using System.Globalization;

namespace Perennial.Telemetry;

/// <summary>Headers of every answer of a model, refusals included: milliseconds with three decimals; 0.000 for what the request had none of.</summary>
internal static class TimingHeaders
{
    /// <summary>Longest wait of an image of the request for its batch.</summary>
    public const string Queue = "x-queue-time";

    /// <summary>Longest run of a batch with an image of the request, and the classifier's.</summary>
    public const string Inference = "x-inference-time";

    /// <summary>From the arrival of the request's head to the first byte of the answer.</summary>
    public const string Total = "x-total-time";

    /// <summary>Adds them when the answer begins, if a model gives it.</summary>
    public static void Promise(HttpContext context) => context.Response.OnStarting(static state =>
    {
        HttpContext context = (HttpContext)state;
        if (context.GetEndpoint()?.Metadata.GetMetadata<InferenceAnswer>() is null) return Task.CompletedTask;
        RequestTiming timing = RequestTiming.Of(context);
        IHeaderDictionary headers = context.Response.Headers;
        headers[Queue] = Milliseconds(timing[Stage.Queue]);
        headers[Inference] = Milliseconds(timing[Stage.Inference] + timing[Stage.Classify]);
        headers[Total] = Milliseconds(timing.Elapsed);
        return Task.CompletedTask;
    }, context);

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("0.000", CultureInfo.InvariantCulture);
}
