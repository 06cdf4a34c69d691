using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Perennial.Background;
using Perennial.Inference.Swapping;

namespace Perennial.Hosting;

/// <summary>One line when the server listens: where, with which data, and which generation answers.</summary>
internal sealed partial class StartUpNotice(ILogger<StartUpNotice> log, IHostApplicationLifetime lifetime, IServer server, PerennialOptions options, Serving serving) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(Tell);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Tell()
    {
        using Lease<ServingPair>? lease = serving.TryAcquire();
        string generation = lease is null ? "no generation yet" : $"generation {lease.Value.Manifest.Number} ({lease.Value.Manifest.Digest})";
        LogStarted(log, string.Join(", ", server.Features.Get<IServerAddressesFeature>()?.Addresses ?? []), Path.GetFullPath(options.DataDirectory), generation);
    }

    [LoggerMessage(EventId = 100, Level = LogLevel.Information, Message = "Listening on {Addresses}; data in {DataDirectory}; serving {Generation}.")]
    private static partial void LogStarted(ILogger log, string addresses, string dataDirectory, string generation);
}
