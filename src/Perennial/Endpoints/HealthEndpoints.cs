using Microsoft.AspNetCore.Http.HttpResults;
using Perennial.Access;
using Perennial.Background;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenApi;
using Perennial.Inference.Swapping;

namespace Perennial.Endpoints;

/// <summary><c>/health</c>: open to everybody.</summary>
internal static class HealthEndpoints
{
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder health = routes.MapGroup("/health").WithTags("Health").OpenToAll();
        health.MapGet("/live", Live).TakesQuery().WithName("health_live").WithSummary("Whether the process answers");
        health.MapGet("/ready", Ready).TakesQuery().ProducesProblems(503).WithName("health_ready")
            .WithSummary("Whether a generation serves")
            .WithDescription("Stays 200 while a new generation is trained, admitted, indexed and swapped in; 503 no_generation says why nothing serves.");
        return routes;
    }

    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse { Status = "live" });

    private static Ok<HealthResponse> Ready(HttpContext context, Serving serving)
    {
        context.Response.Headers.CacheControl = "no-store";
        using Lease<ServingPair> lease = serving.Acquire(context);
        return TypedResults.Ok(new HealthResponse { Status = "ready", Generation = lease.Value.Manifest.Number, Digest = lease.Value.Manifest.Digest });
    }
}
