using System.Text.Json.Nodes;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class NoGenerationTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/search")]
    public async Task Without_a_generation_inference_is_503_with_a_time_to_try_again(string call)
    {
        using HttpResponseMessage response = await _server.Http.PostImageAsync(call, Pictures.Png(1, 2, 3));
        await Task.FromResult(response).ProblemAsync(503, "no_generation");
        Assert.True(response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Images_are_taken_in_without_a_generation()
        => Assert.NotNull((await _server.Http.PostImageAsync("/images", Pictures.Png(1, 2, 3)).ReadAsync(201))["images"]![0]!["id"]);

    [Fact]
    public async Task It_is_live_at_once_and_ready_from_the_first_generation_on()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        Assert.Equal("live", (string?)(await _server.Http.GetAsync("/health/live", token).ReadAsync())["status"]);
        await _server.Http.GetAsync("/health/ready", token).ProblemAsync(503, "no_generation");
        await _server.ServeAsync(new TinyGeneration());
        JsonObject ready = await _server.Http.GetAsync("/health/ready", token).ReadAsync();
        Assert.Equal("ready", (string?)ready["status"]);
        Assert.Equal(1, (int?)ready["generation"]);
        Assert.Equal(_server.Pair.Manifest.Digest, (string?)ready["digest"]);
    }
}
