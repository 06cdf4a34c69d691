using Microsoft.AspNetCore.Http.Json;
using Perennial.Endpoints;
using Perennial.Endpoints.Input;
using Perennial.Endpoints.OpenInference;

namespace Perennial.Hosting;

/// <summary>What the endpoints use.</summary>
internal static class EndpointServices
{
    public static IServiceCollection AddEndpointServices(this IServiceCollection services)
    {
        services.AddRouting();
        services.Configure<JsonOptions>(json => ApiJson.Configure(json.SerializerOptions));
        services.AddSingleton(provider => new ByteBudget(provider.GetRequiredService<PerennialOptions>().Limits.MaxBytesInFlight));
        services.AddSingleton<Gates>();
        services.AddSingleton<JsonBody>();
        services.AddSingleton<ImageForms>();
        services.AddSingleton<InferBody>();
        services.AddSingleton<ImageEmbedding>();
        services.AddHostedService<StartUpNotice>();
        return services;
    }
}
