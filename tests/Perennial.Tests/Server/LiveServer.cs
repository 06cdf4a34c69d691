using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Endpoints.Input;
using Perennial.Hosting;
using Perennial.Inference.Batching;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Server;

/// <summary>
/// The real service on a real port of the loopback, with a data directory of its own. What follows the corpus in the background is left out:
/// a test says itself which generation serves and what is indexed.
/// </summary>
internal sealed class LiveServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TemporaryFolder _data;

    private LiveServer(WebApplication app, TemporaryFolder data)
    {
        (_app, _data) = (app, data);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }

    public IReadOnlyList<string> Urls => [.. _app.Urls];

    public string DataDirectory => _data.Path;

    public IServiceProvider Services => _app.Services;

    public ImageCorpus Corpus => Get<ImageCorpus>();

    /// <summary>The pair that serves.</summary>
    public ServingPair Pair
    {
        get
        {
            using Lease<ServingPair> lease = Get<Perennial.Background.Serving>().TryAcquire()!;
            return lease.Value;
        }
    }

    public T Get<T>() where T : notnull => Services.GetRequiredService<T>();

    public static Task<LiveServer> StartAsync(params (string Key, string? Value)[] settings) => StartAsync(settings, _ => { });

    /// <param name="settings">Configuration.</param>
    /// <param name="map">Endpoints beside the service's own.</param>
    /// <param name="adjust">Changes of the builder.</param>
    public static async Task<LiveServer> StartAsync((string Key, string? Value)[] settings, Action<IEndpointRouteBuilder> map, Action<WebApplicationBuilder>? adjust = null)
    {
        TemporaryFolder data = new();
        Dictionary<string, string?> all = new() { ["Perennial:DataDirectory"] = data.Path, ["Perennial:Urls"] = "http://127.0.0.1:0" };
        foreach ((string key, string? value) in settings) all[key] = value;
        WebApplication app = ServeHost.Build(all, adjust: builder =>
        {
            builder.Logging.ClearProviders();
            foreach (ServiceDescriptor loop in builder.Services.Where(service => service.ServiceType == typeof(IHostedService) && IsBackground(service)).ToList())
                builder.Services.Remove(loop);
            adjust?.Invoke(builder);
        });
        map(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new LiveServer(app, data);
    }

    /// <summary>A server on which a generation serves.</summary>
    public static async Task<LiveServer> StartServingAsync(TinyGeneration generation, params (string Key, string? Value)[] settings)
    {
        LiveServer server = await StartAsync(settings);
        await server.ServeAsync(generation);
        return server;
    }

    /// <summary>Commits, admits and publishes a generation, with the collection of its encoder.</summary>
    public async Task<ServingPair> ServeAsync(TinyGeneration generation)
    {
        GenerationFolder folder = generation.CommitTo(Path.Combine(DataDirectory, "models"));
        BatchQueueOptions batching = Get<PerennialOptions>().Batching;
        AdmittedGeneration admitted = Admission.Admit(folder, new EngineOptions { IntraOpThreads = 1, MaxBatch = batching.MaxBatch }, CancellationToken.None);
        BatchQueue queue = new(batching, admitted.Encoder, Get<ServingOptions>().ObserverOf?.Invoke(folder.Manifest.Number));
        IVectorCollection collection = await Get<IVectorIndex>().OpenAsync(folder.Manifest.Digest, folder.Manifest.Dimensions, CancellationToken.None);
        ServingPair pair = new(admitted, queue, collection, () => Task.Run(async () =>
        {
            await queue.DisposeAsync();
            await collection.DisposeAsync();
            admitted.Dispose();
        }));
        Get<Perennial.Background.Serving>().Exchange(pair);
        return pair;
    }

    /// <summary>Returns once the server has begun to receive a body.</summary>
    public async Task ReceivingAsync()
    {
        ByteBudget budget = Get<ByteBudget>();
        while (budget.Held == 0) await Task.Delay(5, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        Get<Perennial.Background.Serving>().Exchange(null);
        await _app.DisposeAsync();
        _data.Dispose();
    }

    private static bool IsBackground(ServiceDescriptor service)
        => (service.ImplementationType ?? service.ImplementationInstance?.GetType() ?? service.ImplementationFactory?.Method.DeclaringType)?.FullName?.StartsWith("Perennial.Background", StringComparison.Ordinal) == true;
}
