using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Trace;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Telemetry;

public sealed class TracingTests
{
    private const string Key = "a-key-of-more-than-sixteen-characters", TraceId = "0af7651916cd43dd8448eb211c80319c", Caller = "b7ad6b7169203331";

    [Fact]
    public async Task A_request_and_its_stages_arrive_at_the_collector_under_the_callers_trace()
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync();
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration(), ("Perennial:Telemetry:OtlpEndpoint", collector.Url),
            ("Perennial:Keys:0:Name", "client"), ("Perennial:Keys:0:Key", Key), ("Perennial:Keys:0:Scopes:0", "infer"));
        using HttpRequestMessage request = new(HttpMethod.Post, "/search?k=3") { Content = new ByteArrayContent(Pictures.Png(11, 22, 33)) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        request.Headers.Add("traceparent", $"00-{TraceId}-{Caller}-01");
        await server.Http.SendAsync(request, TestContext.Current.CancellationToken).ReadAsync();
        await server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken).ReadAsync();

        OtlpReceiver.Span[] spans = await ReceivedAsync(server, collector);
        OtlpReceiver.Span whole = Assert.Single(spans, span => span.Parent == Caller);
        Assert.Equal("POST /search", whole.Name);
        Assert.Equal(("POST", "/search", "200"), (whole.Attributes["http.request.method"], whole.Attributes["http.route"], whole.Attributes["http.response.status_code"]));
        Assert.Equal(("1", server.Pair.Manifest.Digest, "1"), (whole.Attributes["perennial.generation"], whole.Attributes["perennial.digest"], whole.Attributes["perennial.images"]));
        OtlpReceiver.Span[] stages = [.. spans.Where(span => span.Parent == whole.Id)];
        Assert.Equal(["decode", "embed", "inference", "queue", "read", "search"], stages.Select(span => span.Name).Order());
        Assert.All(stages, span => Assert.True(span.Started <= span.Ended && span.TraceId == TraceId));
        Assert.DoesNotContain(spans, span => span.Name.Contains("/health", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_and_nothing_of_an_image_is_in_what_is_sent()
    {
        await using OtlpReceiver collector = await OtlpReceiver.StartAsync();
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration(), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("Perennial:Keys:0:Name", "client"), ("Perennial:Keys:0:Key", Key), ("Perennial:Keys:0:Scopes:0", "infer"));
        string image = Convert.ToBase64String(Pictures.Png(11, 22, 33));
        foreach (string key in new[] { Key, "wrong-key-of-more-than-sixteen" })
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "/embed?dimensions=3") { Content = new StringContent($$"""{"images":[{"data":"{{image}}"}]}""", MediaTypeHeaderValue.Parse("application/json")) };
            request.Headers.Add("X-API-Key", key);
            using HttpResponseMessage response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        }
        Assert.NotEmpty(await ReceivedAsync(server, collector));
        string sent = collector.Raw.ToString();
        Assert.Contains("POST /embed", sent, StringComparison.Ordinal);
        Assert.All([Key[..8], "wrong-key", image[..16], "dimensions=3"], secret => Assert.DoesNotContain(secret, sent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_collector_nothing_of_it_is_set_up()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        Assert.Null(server.Services.GetService<TracerProvider>());
    }

    [Fact]
    public async Task A_collector_that_is_not_there_costs_no_answer()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration(), ("Perennial:Telemetry:OtlpEndpoint", "http://127.0.0.1:1"), ("Perennial:Telemetry:OtlpProtocol", "Grpc"));
        await server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ReadAsync();
    }

    private static async Task<OtlpReceiver.Span[]> ReceivedAsync(LiveServer server, OtlpReceiver collector)
    {
        // A span is closed after its answer was sent.
        for (int turn = 0; turn < 200 && !collector.Spans.Any(span => span.Name.StartsWith("POST", StringComparison.Ordinal)); turn++)
        {
            server.Get<TracerProvider>().ForceFlush();
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
        return [.. collector.Spans];
    }
}
