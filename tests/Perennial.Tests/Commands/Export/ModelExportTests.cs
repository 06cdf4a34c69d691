using Perennial.Commands;
using Perennial.Commands.Export;
using Perennial.Core.Generations;
using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Commands.Export;

public sealed class ModelExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Output => Path.Combine(_folder.Path, "out");

    private string Triton => Path.Combine(_folder.Path, "triton");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_variant_that_is_asked_for_is_written_beside_fp32()
    {
        GenerationFolder generation = Whole();
        IReadOnlyList<string> written = new ModelExport(generation, Choice with { Output = Output, Fp16 = true, Int8 = true }, []).Run();
        Assert.Equal(["encoder.onnx", "encoder.fp16.onnx", "encoder.int8.onnx", "classifier.onnx", "labels.txt"], written.Select(Path.GetFileName));
        Assert.Equal(written.Order(), Directory.EnumerateFiles(Output).Order());
        foreach (string name in written.Select(file => Path.GetFileName(file)).Where(generation.Has))
            Assert.Equal(File.ReadAllBytes(generation.File(name)), File.ReadAllBytes(Path.Combine(Output, name)));
    }

    [Theory]
    [InlineData(false, false, false, "fp32", "encoder.onnx")]
    [InlineData(true, true, false, "fp16", "encoder.fp16.onnx")]
    [InlineData(false, true, false, "int8", "encoder.int8.onnx")]
    [InlineData(true, true, true, "plan", null)]
    public void Triton_is_given_the_plan_else_half_precision_else_int8(bool fp16, bool int8, bool tensorRt, string told, string? file)
    {
        GenerationFolder generation = Whole();
        ModelExport export = new(generation, Choice with { Triton = Triton, Fp16 = fp16, Int8 = int8, TensorRt = tensorRt }, [Planning]);
        export.Run();
        Assert.Equal(told, export.TritonEncoder);
        string version = Path.Combine(Triton, "encoder", "1");
        if (file is not null) Assert.Equal(File.ReadAllBytes(generation.File(file)), File.ReadAllBytes(Path.Combine(version, "model.onnx")));
        else Assert.Equal($"plan of encoder.fp16.onnx {generation.Manifest.Files[GenerationFiles.EncoderFp16]} fp16 for 7", File.ReadAllText(Path.Combine(version, "model.plan")));
    }

    [Fact]
    public void A_plan_goes_to_the_plain_files_too()
    {
        new ModelExport(Whole(), Choice with { Output = Output, TensorRt = true }, [Planning]).Run();
        Assert.StartsWith("plan of encoder.fp16.onnx", File.ReadAllText(Path.Combine(Output, "encoder.plan")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_cannot_be_built_leaves_nothing_behind()
    {
        EngineCandidate failing = Planning with { WritePlan = (_, _, _, _) => throw new EngineException("Out of memory.") };
        ModelExport export = new(Whole(), Choice with { Output = Output, Triton = Triton, TensorRt = true }, [failing]);
        Assert.Throws<EngineException>(export.Run);
        Assert.False(Directory.Exists(Output) || Directory.Exists(Triton));
    }

    [Fact]
    public void Without_TensorRT_a_plan_is_refused_with_what_is_missing()
    {
        EngineCandidate missing = new(EngineKinds.TensorRt, true, _ => "libnvinfer is not found", (_, _, _) => throw new InvalidOperationException());
        Refused(Choice with { Output = Output, TensorRt = true }, [missing], "libnvinfer is not found.");
        Refused(Choice with { Output = Output, TensorRt = true }, [], "this build has no engine tensorrt.");
    }

    [Fact]
    public void What_the_generation_lacks_is_refused_before_anything_is_written()
    {
        GenerationFolder plain = new TinyGeneration().CommitTo(Path.Combine(_folder.Path, "models"));
        Assert.Contains("no float16 encoder", Assert.Throws<UsageException>(() => new ModelExport(plain, Choice with { Output = Output, Fp16 = true }, [])).Message, StringComparison.Ordinal);
        Assert.Contains("no int8 encoder", Assert.Throws<UsageException>(() => new ModelExport(plain, Choice with { Output = Output, Int8 = true }, [])).Message, StringComparison.Ordinal);
        Refused(Choice, [], "--output");
        Refused(Choice with { Output = Output, MaxBatch = 0 }, [], "--max-batch 0");
        Assert.False(Directory.Exists(Output));
    }

    [Fact]
    public async Task The_command_writes_both_kinds_and_tells_the_files_as_json()
    {
        Whole();
        CommandLine told = await CommandLine.RunAsync("export", "--model", _folder.Path, "--output", Output, "--triton", Triton, "--fp16", "--json");
        Assert.Equal(0, told.Code);
        using var json = System.Text.Json.JsonDocument.Parse(told.Output);
        Assert.Equal("fp16", json.RootElement.GetProperty("triton_encoder").GetString());
        Assert.Equal(4 + 7, json.RootElement.GetProperty("files").GetArrayLength());
        Assert.All(json.RootElement.GetProperty("files").EnumerateArray(), file => Assert.True(File.Exists(file.GetString())));
        (await CommandLine.RunAsync("export", "--model", _folder.Path, "--triton", Triton)).IsRefusedInOneSentence();
    }

    [Fact]
    public async Task On_a_machine_without_TensorRT_the_command_is_refused_in_one_sentence()
    {
        Assert.SkipWhen(EngineCandidates.Missing(EngineKinds.TensorRt, new EngineOptions()) is null, "This machine has TensorRT.");
        Whole();
        CommandLine told = (await CommandLine.RunAsync("export", "--model", _folder.Path, "--output", Output, "--tensorrt")).IsRefusedInOneSentence();
        Assert.Contains("--tensorrt", told.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Output));
    }

    private static ExportChoice Choice => new(null, null, Fp16: false, Int8: false, Int8Model: null, TensorRt: false, MaxBatch: 7);

    private static EngineCandidate Planning => new(EngineKinds.TensorRt, true, _ => null, (_, _, _) => throw new InvalidOperationException())
    {
        WritePlan = (onnx, digest, options, plan) => File.WriteAllText(plan, $"plan of {Path.GetFileName(onnx)} {digest} {options.Precision} for {options.MaxBatch}"),
    };

    private void Refused(ExportChoice choice, EngineCandidate[] engines, string told) =>
        Assert.Contains(told, Assert.Throws<UsageException>(() => new ModelExport(Whole(), choice, engines)).Message, StringComparison.Ordinal);

    private GenerationFolder Whole() => new TinyGeneration
    {
        Classifier = new TinyClassifier(),
        ChangeFiles = draft =>
        {
            File.WriteAllBytes(Path.Combine(draft, GenerationFiles.EncoderFp16), new TinyEncoder(size: 8, seed: 2).ToOnnx());
            File.WriteAllBytes(Path.Combine(draft, "encoder.int8.onnx"), new TinyEncoder(size: 8, seed: 3).ToOnnx());
        },
    }.CommitTo(Path.Combine(_folder.Path, "models"));
}
