using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using Perennial.Core.Generations;
using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Background;

/// <summary>Which engine answers, and where a person can see it.</summary>
public sealed class ServingEngineTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _elsewhere = new();
    private readonly KeptLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _data.Dispose();
        _elsewhere.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task The_engine_is_told_by_the_generations_the_metrics_and_once_by_the_log()
    {
        await using LoopServer server = await StartAsync(new TinyGeneration(), ("Perennial:Engine:Kind", "onnxruntime-cpu"));
        JsonNode generation = (await server.GetAsync("/admin/generations"))["generations"]!.AsArray().Single()!;
        Assert.Equal("onnxruntime-cpu-fp32", (string?)generation["engine"]);
        Assert.Contains("""perennial_engine_info{engine="onnxruntime-cpu",precision="fp32",device="cpu"} 1""", await server.Http.GetStringAsync("/metrics", Token), StringComparison.Ordinal);
        Assert.Single(_log.Lines, line => line.StartsWith("Information: Generation 1 serves", StringComparison.Ordinal) && line.EndsWith(" on onnxruntime-cpu, fp32, cpu.", StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_variant_that_does_not_answer_as_recorded_is_passed_over_with_a_warning()
    {
        Assert.SkipUnless(EncoderPrecision.HasVnni, "Without VNNI int8 is not tried.");
        await using LoopServer server = await StartAsync(
            new TinyGeneration
            {
                ChangeFiles = draft => File.WriteAllBytes(Path.Combine(draft, "encoder.int8.onnx"), new TinyEncoder(size: 8, seed: 9).ToOnnx()),
                ChangeManifest = manifest => manifest with { Tolerance = new Dictionary<string, ProbeTolerance>(manifest.Tolerance) { ["int8"] = new(0.99, 0.1) } },
            },
            ("Perennial:Engine:Kind", "onnxruntime-cpu"));
        Assert.Equal(1, await server.ServingAsync());
        string warning = Assert.Single(_log.Lines, line => line.StartsWith("Warning", StringComparison.Ordinal));
        Assert.StartsWith("Warning: The engine onnxruntime-cpu does not run generation 1 with int8, and the next one is taken: encoder.int8.onnx does not answer", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_forced_engine_that_is_not_here_serves_nothing_and_says_what_to_do()
    {
        Assert.SkipWhen(OrtEnv.Instance().GetAvailableProviders().Contains("CUDAExecutionProvider"), "This is the build with CUDA.");
        await using LoopServer server = await StartAsync(new TinyGeneration(), ("Perennial:Engine:Kind", "onnxruntime-cuda"));
        Assert.Null(await server.ServingAsync());
        string told = Assert.Single(_log.Lines, line => line.StartsWith("Critical", StringComparison.Ordinal));
        Assert.Contains("onnxruntime-cuda: this build of ONNX Runtime has no CUDA provider: build with -p:Cuda=true. Engine kind auto takes the best one that works.", told, StringComparison.Ordinal);
    }

    private Task<LoopServer> StartAsync(TinyGeneration starter, params (string, string)[] settings) =>
        LoopServer.StartAsync(_data.Path, starter.CommitTo(_elsewhere.Path).Path, _log, settings);
}
