using System.Globalization;
using Perennial.Inference.Batching;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Telemetry;

public sealed class TritonAliasesTests
{
    private static readonly string[] Durations = ["queue", "compute_input", "compute_infer", "compute_output"];

    [Fact]
    public async Task Without_the_switch_there_are_none()
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        await server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ReadAsync();
        Assert.DoesNotContain("nv_inference", await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_images_batches_and_times_come_by_model_and_version()
    {
        await using LiveServer server = await StartAsync();
        await server.Http.PostFilesAsync("/embed", Pictures.Png(1, 2, 3), Pictures.Png(3, 2, 1), Pictures.Png(2, 2, 2)).ReadAsync();
        await server.Http.PostImageAsync("/search", Pictures.Png(1, 2, 3)).ReadAsync();
        await server.Http.PostFilesAsync("/classify", Pictures.Png(1, 2, 3), Pictures.Png(3, 2, 1)).ReadAsync();

        Func<string, string, double> value = await ScrapeAsync(server);
        Assert.Equal((2, 1), (value("request_success", "encoder"), value("request_success", "classifier")));
        Assert.Equal((6, 2), (value("count", "encoder"), value("count", "classifier")));
        Assert.InRange(value("exec_count", "encoder"), 3, 6);
        Assert.Equal(1, value("exec_count", "classifier"));
        foreach (string model in new[] { "encoder", "classifier" })
        {
            Assert.True(value("compute_infer_duration_us", model) > 0);
            Assert.Equal(value("request_duration_us", model), Durations.Sum(part => value(part + "_duration_us", model)), 5.0); // each is rounded
        }
    }

    [Fact]
    public async Task Refusals_come_with_their_reason_and_unknown_models_not_at_all()
    {
        await using LiveServer server = await StartAsync();
        using (server.Pair.Embedder.Reserve(RequestClass.Interactive, 8)) await server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ProblemAsync(429, "overloaded");
        await server.Http.PostImageAsync("/classify", "x"u8.ToArray()).ProblemAsync(422, "unsupported_image");
        await server.Http.PostJsonAsync("/v2/models/other/infer", """{"inputs":[]}""").ReadAsync(404);
        string metrics = await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        Assert.Contains("""nv_inference_request_failure{model="encoder",version="1",reason="REJECTED"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""nv_inference_request_failure{model="classifier",version="1",reason="OTHER"} 1""", metrics, StringComparison.Ordinal);
        Assert.Contains("""nv_inference_pending_request_count{model="encoder",version="1"} 0""", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("model=\"other\"", metrics, StringComparison.Ordinal);
    }

    private static Task<LiveServer> StartAsync() => LiveServer.StartServingAsync(
        new TinyGeneration { Classifier = new TinyClassifier() }, ("Perennial:Metrics:TritonAliases", "true"), ("Perennial:Batching:Permits", "8"));

    private static async Task<Func<string, string, double>> ScrapeAsync(LiveServer server)
    {
        string[] lines = (await server.Http.GetStringAsync("/metrics", TestContext.Current.CancellationToken)).Split('\n');
        return (name, model) => double.Parse(
            lines.Single(line => line.StartsWith($$"""nv_inference_{{name}}{model="{{model}}",version="1"} """, StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
