using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Perennial.Background;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Hosting;

public sealed class ShutdownTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_that_has_begun_is_answered_before_the_server_stops()
    {
        LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        using SlowBody slow = new(length: 4000);
        Task<HttpResponseMessage> call = server.Http.PostAsync("/embed", slow, Token);
        await server.ReceivingAsync();
        Task stopped = server.Services.GetRequiredService<IHost>().StopAsync(Token);
        slow.Finish();
        await call.ProblemAsync(422, "unsupported_image");
        await stopped;
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Requests_that_wait_in_the_queue_are_answered_before_the_server_stops()
    {
        LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        Lease<ServingPair> kept = server.Get<Perennial.Background.Serving>().TryAcquire()!; // its engine goes on behind the gate
        using GatedEngine engine = new(kept.Value.Generation.Encoder);
        BatchQueue queue = new(new BatchQueueOptions(), engine);
        server.Get<Perennial.Background.Serving>().Exchange(new ServingPair(kept.Value.Generation, queue, kept.Value.Collection, () => { }));
        Task<HttpResponseMessage>[] calls = [.. Enumerable.Range(0, 5).Select(_ => server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)))];
        while (queue.Accepted < calls.Length) await Task.Delay(5, Token);
        Task stopped = server.Services.GetRequiredService<IHost>().StopAsync(Token);
        engine.Open();
        foreach (Task<HttpResponseMessage> call in calls) Assert.Single((await call.ReadAsync())["embeddings"]!.AsArray());
        await stopped;
        await queue.DisposeAsync();
        kept.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_request_that_never_ends_holds_the_server_no_longer_than_the_shutdown_timeout()
    {
        LiveServer server = await LiveServer.StartAsync(("Perennial:Limits:ShutdownTimeout", "00:00:00.5"));
        await server.ServeAsync(new TinyGeneration());
        using SlowBody endless = new(length: 4000);
        Task<HttpResponseMessage> call = server.Http.PostAsync("/embed", endless, Token);
        await server.ReceivingAsync();
        await server.Services.GetRequiredService<IHost>().StopAsync(Token); // would never return
        endless.Finish();
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Idle_connections_do_not_hold_the_server()
    {
        LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        using (HttpResponseMessage kept = await server.Http.GetAsync("/health/ready", Token)) Assert.True(kept.IsSuccessStatusCode);
        using TcpClient silent = new();
        await silent.ConnectAsync(IPAddress.Loopback, new Uri(server.Urls[0]).Port, Token);
        await server.Services.GetRequiredService<IHost>().StopAsync(Token);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => server.Http.GetAsync("/health/ready", Token));
        await server.DisposeAsync();
    }
}
