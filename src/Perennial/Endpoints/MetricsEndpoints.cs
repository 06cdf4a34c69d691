using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Core.Corpus;
using Perennial.Telemetry;
using Prometheus;

namespace Perennial.Endpoints;

/// <summary><c>GET /metrics</c> in Prometheus' text format: open to everybody, as it tells of no image.</summary>
internal static class MetricsEndpoints
{
    public static IEndpointRouteBuilder MapMetrics(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/metrics", Collect).OpenToAll().WithName("metrics").ExcludeFromDescription();
        return routes;
    }

    private static PushStreamHttpResult Collect(HttpContext context, ImageCorpus corpus)
    {
        CorpusMetrics.Images.Set(corpus.Count);
        TritonAliases? aliases = context.RequestServices.GetService<TritonAliases>();
        aliases?.Refresh();
        return TypedResults.Stream(async stream =>
        {
            await Metrics.DefaultRegistry.CollectAndExportAsTextAsync(stream, ExpositionFormat.PrometheusText, context.RequestAborted);
            if (aliases is not null) await aliases.Registry.CollectAndExportAsTextAsync(stream, ExpositionFormat.PrometheusText, context.RequestAborted);
        }, "text/plain; version=0.0.4; charset=utf-8");
    }
}
