using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class BrowserGuardTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET", "/health/live"), InlineData("POST", "/embed"), InlineData("GET", "/")]
    public async Task A_name_that_is_not_loopback_is_refused(string method, string path)
    {
        foreach (string host in new[] { "vision.example", "127.0.0.1.vision.example", "192.168.1.4", "localhost.evil" })
            await SendAsync(method, path, ("Host", host)).ProblemAsync(403, "forbidden");
    }

    [Theory]
    [InlineData("localhost"), InlineData("localhost:8080"), InlineData("127.0.0.1"), InlineData("[::1]:8080")]
    public async Task Names_of_loopback_are_welcome(string host) => Assert.Equal(200, (int)(await SendAsync("GET", "/health/live", ("Host", host))).StatusCode);

    [Theory]
    [InlineData("POST", "/embed"), InlineData("POST", "/images"), InlineData("PUT", "/images/00/label"), InlineData("DELETE", "/images/00"), InlineData("POST", "/nowhere")]
    public async Task Pages_of_another_origin_change_nothing(string method, string path)
    {
        foreach (string origin in new[] { "https://elsewhere.example", "http://localhost:1", "null", $"https://{_server.Http.BaseAddress!.Authority}" })
            await SendAsync(method, path, ("Origin", origin)).ProblemAsync(403, "forbidden");
        await SendAsync(method, path, ("Sec-Fetch-Site", "cross-site")).ProblemAsync(403, "forbidden");
    }

    [Fact]
    public async Task Its_own_pages_and_programs_may_write()
    {
        await SendAsync("POST", "/embed", ("Origin", $"http://{_server.Http.BaseAddress!.Authority}")).ProblemAsync(415, "unsupported_media_type");
        await SendAsync("POST", "/embed", ("Sec-Fetch-Site", "same-origin")).ProblemAsync(415, "unsupported_media_type");
        await SendAsync("POST", "/embed").ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public async Task No_answer_lets_another_origin_read_it()
    {
        using HttpResponseMessage response = await SendAsync("GET", "/health/live", ("Origin", "https://elsewhere.example"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
        Assert.False(response.Headers.Contains("Server"));
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        HttpRequestMessage request = new(new HttpMethod(method), path);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
