using System.Globalization;
using Perennial.Endpoints.Input;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Telemetry;

/// <summary>The registry is one for the process, and other tests use it meanwhile: values are compared with what they were, not with nought.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Requests_are_counted_by_endpoint_and_status_and_timed_by_stage()
    {
        await _server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ReadAsync();
        await _server.Http.PostImageAsync("/embed", "x"u8.ToArray()).ProblemAsync(422, "unsupported_image");
        string metrics = await ScrapeAsync();
        foreach (string series in new[]
        {
            """perennial_requests_total{endpoint="embed",status="200"}""", """perennial_requests_total{endpoint="embed",status="422"}""",
            """perennial_request_seconds_count{endpoint="embed",stage="total"}""", """perennial_request_seconds_count{endpoint="embed",stage="read"}""",
            """perennial_request_seconds_count{endpoint="embed",stage="decode"}""", """perennial_request_seconds_count{endpoint="embed",stage="embed"}""",
        })
        {
            Assert.True(Value(metrics, series) >= 1, series);
        }
    }

    [Fact]
    public async Task Images_received_are_counted_by_what_became_of_them()
    {
        string before = await ScrapeAsync();
        byte[] image = Pictures.Png(3, 1, 4);
        await _server.Http.PostFilesAsync("/images", image, image, "x"u8.ToArray()).ReadAsync(201);
        string after = await ScrapeAsync();
        foreach (string result in new[] { "stored", "duplicate", "unsupported_image" })
        {
            string series = $$"""perennial_images_received_total{result="{{result}}"}""";
            Assert.True(Value(after, series) >= Value(before, series) + 1, series);
        }
    }

    [Fact]
    public async Task A_caller_that_is_refused_leaves_no_bytes_behind()
    {
        for (int i = 0; i < 5; i++) await _server.Http.PostImageAsync("/embed", new byte[1000]).ProblemAsync(422, "unsupported_image");
        ByteBudget budget = _server.Get<ByteBudget>();
        for (int turn = 0; turn < 500 && budget.Held > 0; turn++) await Task.Delay(10, TestContext.Current.CancellationToken); // given back after the answer
        Assert.Equal(0, budget.Held);
    }

    [Fact]
    public async Task Names_are_of_this_server_and_its_process_alone()
    {
        string metrics = await ScrapeAsync();
        Assert.All(metrics.Split('\n').Where(line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]),
            name => Assert.Matches("^(perennial|process|dotnet)_[a-z0-9_]+$", name));
    }

    private static double Value(string metrics, string series)
        => metrics.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal)) is { } line ? double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture) : 0;

    private async Task<string> ScrapeAsync()
    {
        using HttpResponseMessage response = await _server.Http.GetAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }
}
