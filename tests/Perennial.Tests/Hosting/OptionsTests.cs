using Perennial.Commands;
using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Hosting;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("Perennial:Limits:MaxImagesPerRequest", "0", "Perennial:Limits:MaxImagesPerRequest is 0; it must be between 1 and 4096.")]
    [InlineData("Perennial:Limits:MaxImagesPerRequest", "many", "Perennial:Limits:MaxImagesPerRequest")]
    [InlineData("Perennial:Limits:MaxBytesInFlight", "2048", "MaxBytesInFlight")]
    [InlineData("Perennial:Limits:MaxImagePerRequest", "5", "MaxImagePerRequest")]
    [InlineData("Perennial:Images:MaxSide", "3", "Perennial:Images:MaxSide is 3; it must be between 32 and 65535.")]
    [InlineData("Perennial:Batching:MaxBatch", "100000", "Perennial:Batching:MaxBatch")]
    [InlineData("Perennial:Engine:Kind", "warp", "Perennial:Engine:Kind is 'warp'; it must be one of auto, tensorrt, onnxruntime-tensorrt, onnxruntime-cuda, onnxruntime-cpu.")]
    [InlineData("Perennial:Engine:Precision", "fp8", "Perennial:Engine:Precision is 'fp8'; it must be one of auto, fp32, fp16, int8.")]
    [InlineData("Perennial:Engine:IntraOpThreads", "-1", "Perennial:Engine:IntraOpThreads is -1; it must be between 0 and 1024.")]
    [InlineData("Perennial:Engine:Threads", "2", "Threads")]
    [InlineData("Perennial:Engine:MaxBatch", "8", "set Perennial:Batching:MaxBatch")]
    [InlineData("Perennial:DataDirectory", "", "Perennial:DataDirectory")]
    [InlineData("Perennial:Urls", "8080", "not an address to listen on")]
    [InlineData("Perennial:Urls", "http://vision.example:8080", "is a name")]
    [InlineData("Perennial:Urls", "http://0.0.0.0:8080", "no key is configured")]
    [InlineData("Perennial:Urls", "http://*:8080", "no key is configured")]
    [InlineData("Perennial:Urls", "http://127.0.0.1:0;http://192.168.1.4:8080", "no key is configured")]
    [InlineData("Perennial:Admin:Urls", "http://0.0.0.0:8081", "no key is configured")]
    [InlineData("Perennial:Keys:0:Name", "app", "either Key or Sha256")]
    [InlineData("Perennial:Keys:0:RateLimit:ImagesPerMinute", "0", "Perennial:Keys:0:RateLimit:ImagesPerMinute is 0; it must be between 1 and 10000000.")]
    [InlineData("Perennial:RateLimit:RequestsPerMinute", "-5", "Perennial:RateLimit:RequestsPerMinute is -5; it must be between 1 and 10000000.")]
    [InlineData("Perennial:RateLimit:BurstSeconds", "0", "Perennial:RateLimit:BurstSeconds is 0; it must be between 1 and 3600.")]
    [InlineData("Perennial:Limits:RequestTimeout", "00:00:00", "Perennial:Limits:RequestTimeout is 00:00:00; it must be between 00:00:00.1000000 and 01:00:00.")]
    [InlineData("Perennial:Cors:Origins:0", "*", "Perennial:Cors:Origins has '*'")]
    [InlineData("Perennial:Cors:Origins:0", "https://app.example/", "Perennial:Cors:Origins has 'https://app.example/'")]
    [InlineData("Perennial:Cors:Origins:0", "https://App.example", "Perennial:Cors:Origins has 'https://App.example'")]
    [InlineData("Perennial:Cors:Origins:0", "null", "Perennial:Cors:Origins has 'null'")]
    [InlineData("Perennial:Telemetry:OtlpEndpoint", "localhost:4318", "Perennial:Telemetry:OtlpEndpoint")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector", "OTEL_EXPORTER_OTLP_ENDPOINT")]
    [InlineData("Perennial:Telemetry:OtlpProtocol", "smoke", "Perennial:Telemetry:OtlpProtocol")]
    [InlineData("Perennial:Metrics:TritonAliases", "maybe", "Perennial:Metrics:TritonAliases")]
    public async Task A_wrong_setting_is_told_in_a_sentence_that_names_it(string key, string value, string told)
    {
        UsageException exception = await Assert.ThrowsAsync<UsageException>(() => LiveServer.StartAsync((key, value)));
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3cr3t", null, "infer", "shorter than 16")]
    [InlineData("0123456789abcdef 0", null, "infer", "blank")]
    [InlineData("0123456789abcdef0", "00", "infer", "either Key or Sha256")]
    [InlineData(null, "00", "infer", "64 hexadecimal digits")]
    [InlineData("0123456789abcdef0", null, "root", "there are infer, write and admin")]
    [InlineData("0123456789abcdef0", null, null, "has no Scopes")]
    public async Task A_wrong_key_is_told_without_the_key(string? key, string? sha256, string? scope, string told)
    {
        List<(string, string?)> settings = [("Perennial:Keys:0:Name", "app")];
        if (key is not null) settings.Add(("Perennial:Keys:0:Key", key));
        if (sha256 is not null) settings.Add(("Perennial:Keys:0:Sha256", sha256));
        if (scope is not null) settings.Add(("Perennial:Keys:0:Scopes:0", scope));
        UsageException exception = await Assert.ThrowsAsync<UsageException>(() => LiveServer.StartAsync([.. settings]));
        Assert.Contains(told, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key ?? "no key", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_key_it_listens_where_it_is_told_to()
    {
        await using LiveServer server = await LiveServer.StartAsync(
            ("Perennial:Urls", "http://0.0.0.0:0"), ("Perennial:Keys:0:Name", "app"), ("Perennial:Keys:0:Key", "0123456789abcdef"), ("Perennial:Keys:0:Scopes:0", "infer"));
        Assert.StartsWith("http://0.0.0.0:", server.Urls.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:8080", "no key is configured")]
    [InlineData("--engine", "warp", "Perennial:Engine:Kind is 'warp'")]
    [InlineData("--precision", "fp8", "Perennial:Engine:Precision is 'fp8'")]
    [InlineData("--config", "/nowhere/perennial.json", "There is no configuration file")]
    [InlineData("--data-dir", "/proc/nothing", "cannot be used")]
    public async Task On_the_command_line_it_is_bad_usage_told_in_one_line(string flag, string value, string told)
    {
        using TemporaryFolder data = new();
        using StringWriter output = new(), error = new();
        string[] arguments = flag == "--data-dir" ? ["serve", flag, value] : ["serve", "--data-dir", data.Path, flag, value];
        Assert.Equal(2, await RootVerbs.InvokeAsync(arguments, output, error, TestContext.Current.CancellationToken));
        Assert.Contains(told, Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_JSON_is_bad_usage_too()
    {
        using TemporaryFolder folder = new();
        using StringWriter output = new(), error = new();
        string file = folder.Write("perennial.json", "{ \"Perennial\": "u8.ToArray());
        Assert.Equal(2, await RootVerbs.InvokeAsync(["serve", "--data-dir", folder.Path, "--config", file], output, error, TestContext.Current.CancellationToken));
        Assert.Contains("perennial.json", Assert.Single(error.ToString().TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_engine_takes_what_is_configured_warms_for_the_queue_and_keeps_its_cache_with_the_data()
    {
        await using LiveServer server = await LiveServer.StartAsync(
            ("Perennial:Engine:Kind", "onnxruntime-cpu"), ("Perennial:Engine:Precision", "fp32"), ("Perennial:Engine:IntraOpThreads", "3"), ("Perennial:Engine:Spin", "true"),
            ("Perennial:Batching:MaxBatch", "24"));
        EngineOptions engine = server.Get<Perennial.Background.ServingOptions>().Engine;
        Assert.Equal(
            new EngineOptions
            {
                Kind = "onnxruntime-cpu",
                Precision = "fp32",
                IntraOpThreads = 3,
                Spin = true,
                MaxBatch = 24,
                CacheFolder = Path.Combine(server.DataDirectory, "cache", "tensorrt"),
            },
            engine);
    }

    [Fact]
    public async Task A_data_directory_has_one_server()
    {
        await using LiveServer server = await LiveServer.StartAsync();
        UsageException exception = await Assert.ThrowsAsync<UsageException>(() => LiveServer.StartAsync(("Perennial:DataDirectory", server.DataDirectory)));
        Assert.Contains("another 'perennial serve'", exception.Message, StringComparison.Ordinal);
    }
}
