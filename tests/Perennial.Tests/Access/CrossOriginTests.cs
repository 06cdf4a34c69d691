using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class CrossOriginTests : IAsyncLifetime
{
    private const string App = "https://app.example", Other = "https://app.example.evil.example";

    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration(), ("Perennial:Cors:Origins:0", App));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_page_of_a_listed_origin_may_ask_call_and_read()
    {
        using HttpResponseMessage preflight = await SendAsync("OPTIONS", App, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "x-api-key,content-type"));
        Assert.Equal(204, (int)preflight.StatusCode);
        Assert.Equal(App, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("POST", preflight.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.Contains("x-api-key", preflight.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.OrdinalIgnoreCase);

        using HttpResponseMessage answer = await SendAsync("POST", App, ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(App, answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("X-Perennial-Generation", string.Join(',', answer.Headers.GetValues("Access-Control-Expose-Headers")), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_refusal_can_be_read_as_well()
    {
        using HttpResponseMessage refused = await SendAsync("GET", App);
        Assert.Equal(405, (int)refused.StatusCode);
        Assert.Equal(App, refused.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Theory]
    [InlineData(Other), InlineData("http://app.example"), InlineData("https://app.example:8443"), InlineData("https://APP.example"), InlineData("null")]
    public async Task A_page_of_any_other_origin_may_not(string origin)
    {
        using HttpResponseMessage preflight = await SendAsync("OPTIONS", origin, ("Access-Control-Request-Method", "POST"));
        Assert.False(preflight.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpResponseMessage answer = await SendAsync("POST", origin);
        await Task.FromResult(answer).ProblemAsync(403, "forbidden");
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string origin, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), "/embed");
        request.Headers.TryAddWithoutValidation("Origin", origin);
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        if (method == "POST")
        {
            request.Content = new ByteArrayContent(Pictures.Png(1, 2, 3));
            request.Content.Headers.ContentType = new("image/png");
        }
        return await _server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
