using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Hosting;

/// <summary>Requests that no client library would send.</summary>
public sealed class RawRequestTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(
        new TinyGeneration(), ("Perennial:Keys:0:Name", "app"), ("Perennial:Keys:0:Key", "0123456789abcdef"), ("Perennial:Keys:0:Scopes:0", "infer"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("GET /health/live HTTP/1.1\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: a.example, b.example\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: a.example/path\r\n")]
    [InlineData("GET http://a.example/health/live HTTP/1.1\r\nHost: b.example\r\n")]
    public async Task A_host_that_is_missing_doubled_or_contradicted_is_refused(string head) => Assert.StartsWith("HTTP/1.1 400 ", await SendAsync(head), StringComparison.Ordinal);

    [Theory]
    [InlineData("TRACE /embed"), InlineData("BREW /embed"), InlineData("OPTIONS /embed"), InlineData("PATCH /v2/models/encoder/infer"), InlineData("GET /v1/embeddings"), InlineData("TRACE /health/live")]
    public async Task A_method_that_an_address_does_not_take_is_405_and_nothing_is_echoed(string call)
    {
        string answer = await SendAsync($"{call} HTTP/1.1\r\nHost: localhost\r\nX-Marker: wandering-albatross\r\n");
        Assert.StartsWith("HTTP/1.1 405 ", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nAllow: ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("albatross", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_method_that_an_admin_address_does_not_take_still_needs_a_key()
        => Assert.StartsWith("HTTP/1.1 401 ", await SendAsync("DELETE /admin/runs HTTP/1.1\r\nHost: localhost\r\n"), StringComparison.Ordinal);

    [Fact]
    public async Task Embeddings_and_administration_are_not_to_be_kept_by_caches()
    {
        foreach (string head in new[] { "GET /admin/runs HTTP/1.1\r\nHost: localhost\r\n", "GET /v2/models/encoder HTTP/1.1\r\nHost: localhost\r\nX-API-Key: 0123456789abcdef\r\n" })
            Assert.Contains("\r\nCache-Control: no-store", await SendAsync(head), StringComparison.Ordinal);
        _server.Http.DefaultRequestHeaders.Add("X-API-Key", "0123456789abcdef");
        using HttpResponseMessage embedded = await _server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3));
        Assert.Equal((200, true), ((int)embedded.StatusCode, embedded.Headers.CacheControl!.NoStore));
    }

    private Task<string> SendAsync(string head) => _server.SendRawAsync(head);
}
