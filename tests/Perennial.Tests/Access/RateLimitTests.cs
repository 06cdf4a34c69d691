using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Perennial.Inference.Tests.Batching;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class RateLimitTests
{
    private const string Limited = "limited-0123456789abcdef", Usual = "usual-0123456789abcdef";

    private readonly ManualTime _time = new();

    [Fact]
    public async Task A_key_that_has_used_up_its_requests_is_told_when_to_come_back_and_others_go_on()
    {
        await using LiveServer server = await StartAsync(("Perennial:Keys:0:RateLimit:RequestsPerMinute", "6"), ("Perennial:Keys:0:RateLimit:BurstSeconds", "20")); // 2, then one in 10 s
        for (int turn = 0; turn < 2; turn++) await SendAsync(server, "/embed", Limited).ReadAsync();
        using HttpResponseMessage refused = await SendAsync(server, "/embed", Limited);
        await Task.FromResult(refused).ProblemAsync(429, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(10), refused.Headers.RetryAfter!.Delta);
        for (int turn = 0; turn < 5; turn++) await SendAsync(server, "/embed", Usual).ReadAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(server, "/embed", Limited).ReadAsync();
        await SendAsync(server, "/embed", Limited).ProblemAsync(429, "rate_limited");
    }

    [Fact]
    public async Task Images_are_counted_by_what_a_request_brought()
    {
        await using LiveServer server = await StartAsync(("Perennial:RateLimit:ImagesPerMinute", "2"));
        byte[] image = Pictures.Png(1, 2, 3);
        server.Http.DefaultRequestHeaders.Add("X-API-Key", Usual);
        await server.Http.PostFilesAsync("/embed", image, image, image).ReadAsync(); // one more than there are
        using HttpResponseMessage refused = await server.Http.PostImageAsync("/images", image);
        await Task.FromResult(refused).ProblemAsync(429, "rate_limited");
        Assert.Equal(TimeSpan.FromSeconds(60), refused.Headers.RetryAfter!.Delta); // from -1 to 1
        Assert.Equal(404, (int)(await server.Http.GetAsync($"/images/{new string('0', 64)}", TestContext.Current.CancellationToken)).StatusCode); // brings none
        _time.Advance(TimeSpan.FromSeconds(60));
        await server.Http.PostImageAsync("/embed", image).ReadAsync();
    }

    [Fact]
    public async Task The_other_protocols_refuse_in_their_own_shapes()
    {
        await using LiveServer server = await StartAsync(("Perennial:RateLimit:RequestsPerMinute", "1"));
        await SendAsync(server, "/embed", Usual).ReadAsync();
        JsonObject openAi = await SendAsync(server, "/v1/embeddings", Usual).ReadAsync(429);
        Assert.Equal(("rate_limited", "rate_limit_error"), ((string?)openAi["error"]!["code"], (string?)openAi["error"]!["type"]));
        Assert.Contains("a minute", (string?)(await SendAsync(server, "/v2/models/encoder/infer", Usual).ReadAsync(429))["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_decided_before_the_body_is_read()
    {
        await using LiveServer server = await StartAsync(("Perennial:RateLimit:RequestsPerMinute", "1"));
        await SendAsync(server, "/embed", Usual).ReadAsync();
        string answer = await server.SendRawAsync($"POST /embed HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {Usual}\r\nContent-Type: image/png\r\nContent-Length: 9999\r\n", "only a part");
        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"rate_limited\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Callers_without_a_key_share_the_usual_limit_and_what_is_open_to_all_is_not_counted()
    {
        await using LiveServer server = await StartAsync([("Perennial:RateLimit:RequestsPerMinute", "2")], keys: false);
        string before = await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        await SendAsync(server, "/embed", null).ReadAsync();
        await SendAsync(server, "/search", null).ReadAsync();
        for (int turn = 0; turn < 5; turn++) await server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken).ReadAsync();
        await SendAsync(server, "/embed", null).ProblemAsync(429, "rate_limited");
        string after = await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.True(Count(after) > Count(before));

        static double Count(string metrics) => metrics.Split('\n').FirstOrDefault(line => line.StartsWith("perennial_rate_limited_total{limit=\"requests\"} ", StringComparison.Ordinal)) is { } line
            ? double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
    }

    private Task<LiveServer> StartAsync(params (string, string?)[] settings) => StartAsync(settings, keys: true);

    private async Task<LiveServer> StartAsync((string, string?)[] settings, bool keys)
    {
        List<(string, string?)> all = [.. settings];
        foreach ((string key, int at) in keys ? [(Limited, 0), (Usual, 1)] : Array.Empty<(string, int)>())
            all.AddRange([($"Perennial:Keys:{at}:Name", $"client {at}"), ($"Perennial:Keys:{at}:Key", key), ($"Perennial:Keys:{at}:Scopes:0", "infer"), ($"Perennial:Keys:{at}:Scopes:1", "write")]);
        LiveServer server = await LiveServer.StartAsync([.. all], _ => { }, builder => builder.Services.AddSingleton<TimeProvider>(_time));
        await server.ServeAsync(new TinyGeneration());
        return server;
    }

    private static Task<HttpResponseMessage> SendAsync(LiveServer server, string path, string? key)
    {
        HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(Pictures.Png(1, 2, 3)) };
        request.Content.Headers.ContentType = new("image/png");
        if (key is not null) request.Headers.Add("X-API-Key", key);
        return server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
