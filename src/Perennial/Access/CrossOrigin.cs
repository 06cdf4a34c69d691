using Perennial.Endpoints;
using Perennial.Endpoints.OpenInference;
using Perennial.Hosting;
using Perennial.Telemetry;

namespace Perennial.Access;

/// <summary>Answers browsers that ask whether a page of another origin may call (the Fetch standard's CORS protocol). With no origin configured nothing is added to any answer.</summary>
internal static class CrossOrigin
{
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(1);

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services, CorsOptions options)
    {
        if (options.Origins.Count == 0) return services;
        return services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
            .WithOrigins([.. options.Origins])
            .WithMethods("GET", "POST", "PUT", "DELETE")
            .WithHeaders("Authorization", "X-API-Key", "Content-Type", "Last-Event-ID", "traceparent", InferBody.JsonLengthHeader)
            .WithExposedHeaders(ServingAccess.GenerationHeader, ServingAccess.DigestHeader, TimingHeaders.Queue, TimingHeaders.Inference, TimingHeaders.Total, InferBody.JsonLengthHeader, "Location", "Retry-After")
            .SetPreflightMaxAge(Remembered)));
    }

    public static void UseCrossOrigin(this WebApplication app)
    {
        if (app.Services.GetRequiredService<PerennialOptions>().Cors.Origins.Count > 0) app.UseCors();
    }
}
