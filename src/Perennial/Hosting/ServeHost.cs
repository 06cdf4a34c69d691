using Perennial.Access;
using Perennial.Background;
using Perennial.Commands;
using Perennial.Core.Corpus;
using Perennial.Endpoints.OpenApi;

namespace Perennial.Hosting;

/// <summary>Puts the service together: options, rooms, pipeline, map.</summary>
public static class ServeHost
{
    /// <param name="settings">Configuration keys and values that come before environment and file, for example <c>Perennial:DataDirectory</c>.</param>
    /// <param name="configFile">A JSON file with the section <c>Perennial</c>, or null.</param>
    /// <param name="adjust">Changes for tests and for programs that host the service inside themselves.</param>
    /// <returns>Ready to be started; <c>Urls</c> names the addresses once it is.</returns>
    /// <exception cref="UsageException">A setting is wrong; the message says which and how.</exception>
    public static WebApplication Build(IEnumerable<KeyValuePair<string, string?>> settings, string? configFile = null, Action<WebApplicationBuilder>? adjust = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        ServeConfiguration.Add(builder.Configuration, settings, configFile);
        PerennialOptions options = ServeConfiguration.Read(builder.Configuration);
        HttpsCertificate.Check(builder.Configuration, options);
        builder.AddServer(options);
        builder.Services.AddTelemetry(options, builder.Configuration["OTEL_SERVICE_NAME"]).AddCrossOrigin(options.Cors);
        builder.Services.AddRooms(options).AddLearningLoop().AddEndpointServices().AddApiDescription();
        adjust?.Invoke(builder);

        WebApplication app = builder.Build();
        OpenDataDirectory(app, options);
        app.UsePipeline();
        app.MapEndpoints();
        return app;
    }

    // Here rather than at first use, so that a directory that cannot be used is bad input and not a fault.
    private static void OpenDataDirectory(WebApplication app, PerennialOptions options)
    {
        try
        {
            _ = app.Services.GetRequiredService<Catalogue>();
        }
        catch (Exception exception)
        {
            ((IDisposable)app).Dispose();
            if (exception is IOException or UnauthorizedAccessException or CatalogueException)
                throw new UsageException($"The data directory {options.DataDirectory} cannot be used: {exception.Message}");
            throw;
        }
    }
}
