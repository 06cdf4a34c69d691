using System.Globalization;
using System.Text.RegularExpressions;
using Perennial.Inference.Batching;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Telemetry;

public sealed partial class TimingHeadersTests : IAsyncLifetime
{
    private static readonly string[] Names = ["x-queue-time", "x-inference-time", "x-total-time"];

    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration { Classifier = new TinyClassifier() }, ("Perennial:Batching:Permits", "2"));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/search"), InlineData("/v1/embeddings"), InlineData("/v2/models/encoder/infer"), InlineData("/v2/models/classifier/versions/1/infer")]
    public async Task Every_answer_of_a_model_tells_its_times_and_its_generation(string call)
    {
        using HttpResponseMessage response = await SendAsync(call, Pictures.Png(1, 2, 3));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.All(Names, name => Assert.Matches(Milliseconds(), response.Headers.GetValues(name).Single()));
        double[] times = [.. Names.Select(name => double.Parse(response.Headers.GetValues(name).Single(), CultureInfo.InvariantCulture))];
        Assert.True(times[1] > 0 && times[2] >= times[0] + times[1], string.Join(" + ", times));
        AssertNamed(response);
    }

    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/search"), InlineData("/v1/embeddings"), InlineData("/v2/models/encoder/infer"), InlineData("/v2/models/classifier/infer")]
    public async Task So_does_a_refusal_once_a_generation_was_taken(string call)
    {
        using HttpResponseMessage unusable = await SendAsync(call, "no image"u8.ToArray());
        Assert.Equal(422, (int)unusable.StatusCode);
        using Permit all = _server.Pair.Embedder.Reserve(RequestClass.Interactive, 2);
        using HttpResponseMessage overloaded = await SendAsync(call, Pictures.Png(1, 2, 3));
        Assert.Equal(429, (int)overloaded.StatusCode);
        foreach (HttpResponseMessage refused in new[] { unusable, overloaded })
        {
            AssertNamed(refused);
            Assert.Equal(["0.000", "0.000"], Names[..2].Select(name => refused.Headers.GetValues(name).Single()));
            Assert.Matches(Milliseconds(), refused.Headers.GetValues("x-total-time").Single());
        }
    }

    [Fact]
    public async Task A_search_by_vector_asks_no_encoder()
    {
        using HttpResponseMessage response = await _server.Http.PostJsonAsync("/search", $$"""{"vector":[{{string.Join(",", Enumerable.Repeat("1", _server.Pair.Manifest.Dimensions))}}],"generation":1}""");
        Assert.Equal(["0.000", "0.000"], Names[..2].Select(name => response.Headers.GetValues(name).Single()));
    }

    [Fact]
    public async Task Other_answers_have_no_times()
    {
        using HttpResponseMessage response = await _server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        Assert.All(Names, name => Assert.False(response.Headers.Contains(name)));
    }

    private Task<HttpResponseMessage> SendAsync(string call, byte[] image) => call.StartsWith("/v1", StringComparison.Ordinal)
        ? _server.Http.PostJsonAsync(call, $$"""{"input":"data:image/png;base64,{{Convert.ToBase64String(image)}}"}""")
        : call.StartsWith("/v2", StringComparison.Ordinal)
            ? _server.Http.PostJsonAsync(call, $$"""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["{{Convert.ToBase64String(image)}}"]}]}""")
            : _server.Http.PostImageAsync(call, image);

    private void AssertNamed(HttpResponseMessage response)
    {
        Assert.Equal("1", response.Headers.GetValues("X-Perennial-Generation").Single());
        Assert.Equal(_server.Pair.Manifest.Digest, response.Headers.GetValues("X-Perennial-Digest").Single());
    }

    [GeneratedRegex(@"^\d+\.\d{3}$")]
    private static partial Regex Milliseconds();
}
