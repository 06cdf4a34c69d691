using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Demo.Samples;
using Perennial.Hosting;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background;

/// <summary>The whole service with its loop, on a directory that outlives it.</summary>
internal sealed class LoopServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopServer(WebApplication app) => (_app, Http) = (app, new HttpClient { BaseAddress = new Uri(app.Urls.First()) });

    public HttpClient Http { get; }

    public ImageCorpus Corpus => Get<ImageCorpus>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    /// <param name="dataDirectory">Outlives the server.</param>
    /// <param name="starter">Folder of the generation that a fresh server begins with; null: none.</param>
    /// <param name="log">Is told what the server logs; null: nobody.</param>
    /// <param name="configured">Settings beside those of the directory and the port.</param>
    public static async Task<LoopServer> StartAsync(string dataDirectory, string? starter = null, ILoggerProvider? log = null, params (string Key, string Value)[] configured)
    {
        Dictionary<string, string?> settings = new() { ["Perennial:DataDirectory"] = dataDirectory, ["Perennial:Urls"] = "http://127.0.0.1:0" };
        foreach ((string key, string value) in configured) settings[key] = value;
        WebApplication app = ServeHost.Build(settings, adjust: builder =>
        {
            builder.Logging.ClearProviders();
            if (log is not null) builder.Logging.AddProvider(log);
            builder.Services.AddSingleton(new BackgroundOptions { StarterFolder = starter ?? Path.Combine(dataDirectory, "no starter") });
        });
        await app.StartAsync(Token);
        return new LoopServer(app);
    }

    /// <summary>Adds sample images, every one with its family as its label.</summary>
    public IReadOnlyList<string> AddSamples(int count, int seed = 1) =>
        [.. Corpus.Add([.. SampleImages.Render(count, seed, null, Token).Select(sample => new IncomingImage(sample.Bytes, sample.Family))]).Select(outcome => outcome.Id!)];

    /// <summary>Returns when the serving collection has followed every change.</summary>
    public Task IndexedAsync() => UntilAsync(() => Task.FromResult(Get<Rollout>().Current is { } current && current.Space.Lag == 0), "the index is level with the corpus");

    public async Task<string> StartRunAsync(string json)
    {
        using HttpResponseMessage answer = await Http.PostJsonAsync("/admin/runs", json);
        Assert.True((int)answer.StatusCode == 202, await answer.Content.ReadAsStringAsync(Token));
        return answer.Headers.Location!.ToString();
    }

    public Task<JsonObject> GetAsync(string path) => Http.GetAsync(path, Token).ReadAsync();

    /// <summary>Waits until the run is in one of the states, which must come before any other final one.</summary>
    public async Task<JsonObject> ReachesAsync(string run, params string[] states)
    {
        JsonObject now = [];
        await UntilAsync(async () =>
        {
            now = await GetAsync(run);
            string state = (string)now["state"]!;
            Assert.True(states.Contains(state) || state is not ("promoted" or "rejected" or "completed" or "failed" or "cancelled"), now.ToJsonString());
            return states.Contains(state);
        }, $"the run is {string.Join(" or ", states)}");
        return now;
    }

    public async Task<int?> ServingAsync() => (int?)(await GetAsync("/admin/generations"))["serving"];

    public static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (int i = 0; i < 2400; i++)
        {
            if (await condition()) return;
            await Task.Delay(50, Token);
        }
        Assert.Fail($"Waited in vain until {what}.");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
