using Perennial.Endpoints;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class RequestTimeLimitTests
{
    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/search")]
    public async Task A_request_that_takes_too_long_is_answered_and_gives_its_places_back(string call)
    {
        await using LiveServer server = await StartAsync();
        List<WorkGate.Place> places = await TakeAllAsync(server);
        using HttpResponseMessage late = await server.Http.PostImageAsync(call, Pictures.Png(1, 2, 3));
        await Task.FromResult(late).ProblemAsync(503, "timeout");
        Assert.NotNull(late.Headers.RetryAfter);
        Assert.Equal("1", late.Headers.GetValues("X-Perennial-Generation").Single());
        Assert.Equal(0, server.Pair.Embedder.Accepted);
        foreach (WorkGate.Place place in places) place.Dispose();
        await server.Http.PostImageAsync(call, Pictures.Png(1, 2, 3)).ReadAsync();
    }

    [Fact]
    public async Task The_other_protocols_tell_it_in_their_own_shapes()
    {
        await using LiveServer server = await StartAsync();
        _ = await TakeAllAsync(server);
        string image = Convert.ToBase64String(Pictures.Png(1, 2, 3));
        Assert.Equal("timeout", (string?)(await server.Http.PostJsonAsync("/v1/embeddings", $$"""{"input":"data:image/png;base64,{{image}}"}""").ReadAsync(503))["error"]!["code"]);
        Assert.Contains("longer than", (string?)(await server.Http.PostJsonAsync("/v2/models/encoder/infer",
            $$"""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["{{image}}"]}]}""").ReadAsync(503))["error"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_time_that_a_body_takes_counts()
    {
        await using LiveServer server = await StartAsync();
        string answer = await server.SendRawAsync("POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 9999\r\n", "only a part");
        Assert.StartsWith("HTTP/1.1 503 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"timeout\"", answer, StringComparison.Ordinal);
        await server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ReadAsync();
    }

    private static Task<LiveServer> StartAsync()
        => LiveServer.StartServingAsync(new TinyGeneration { Classifier = new TinyClassifier() }, ("Perennial:Limits:RequestTimeout", "00:00:00.5"));

    // As long as nothing can be decoded, no request gets on.
    private static async Task<List<WorkGate.Place>> TakeAllAsync(LiveServer server)
    {
        List<WorkGate.Place> places = [];
        for (int place = 0; place < Environment.ProcessorCount; place++) places.Add(await server.Get<Gates>().Decoding.EnterAsync(TestContext.Current.CancellationToken));
        return places;
    }
}
