using Microsoft.Extensions.FileProviders;
using Perennial.Access;
using Perennial.Endpoints;
using Perennial.Endpoints.OpenAi;
using Perennial.Endpoints.OpenApi;
using Perennial.Endpoints.OpenInference;
using Perennial.Telemetry;

namespace Perennial.Hosting;

/// <summary>What every request passes through, and the map of calls.</summary>
internal static class Pipeline
{
    public static void UsePipeline(this WebApplication app)
    {
        app.UseMiddleware<RequestTelemetry>();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<ProblemResponses>();
        app.UseCrossOrigin();
        app.UseMiddleware<BrowserGuard>();
        PhysicalFileProvider pages = new(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = pages });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = pages });
        app.UseRouting();
        app.UseMiddleware<AccessControl>();
        app.UseMiddleware<RateLimits>();
        app.UseMiddleware<RequestTimeLimit>();
    }

    public static void MapEndpoints(this WebApplication app)
    {
        app.MapEmbed();
        app.MapClassify();
        app.MapImages();
        app.MapSearch();
        app.MapOpenAi();
        app.MapOpenInference();
        app.MapAdmin();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDescription();
    }
}
