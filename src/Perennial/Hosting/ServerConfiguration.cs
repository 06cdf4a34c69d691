using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;

namespace Perennial.Hosting;

/// <summary>Kestrel with its limits, and the log.</summary>
internal static class ServerConfiguration
{
    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SlowBodyGrace = TimeSpan.FromSeconds(10);
    private const int LargestHeaders = 32 << 10;
    private const int MostHeaders = 64;

    public static void AddServer(this WebApplicationBuilder builder, PerennialOptions options)
    {
        Listeners listeners = new(options);
        builder.Services.AddSingleton(listeners);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.Limits.ShutdownTimeout);
        builder.WebHost.UseKestrel(kestrel =>
        {
            HttpsCertificate.Load(kestrel, builder.Configuration);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 2L * options.Limits.MaxRequestBytes; // the readers stop at the limit itself; what follows is thrown away
            kestrel.Limits.MaxConcurrentConnections = options.Limits.MaxConnections;
            kestrel.Limits.RequestHeadersTimeout = HeadersTimeout;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.Limits.MinBodyBytesPerSecond, SlowBodyGrace);
            kestrel.Limits.MaxRequestHeadersTotalSize = LargestHeaders;
            kestrel.Limits.MaxRequestHeaderCount = MostHeaders;
            listeners.Bind(kestrel);
        });
        builder.Logging
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            .AddConfiguration(builder.Configuration.GetSection("Logging")) // after the filters: of two rules the later one counts
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-dd HH:mm:ss ";
                console.UseUtcTimestamp = true;
                console.ColorBehavior = Console.IsOutputRedirected ? LoggerColorBehavior.Disabled : LoggerColorBehavior.Default;
            });
    }
}
