using Perennial.Core.Generations;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Swapping;

/// <summary>Admission with several engines: each is loaded and held against the probes of the generation itself.</summary>
public sealed class EngineFallbackTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly List<SpyEngine> _loaded = [];
    private readonly List<string> _order = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public void An_engine_that_answers_otherwise_than_recorded_is_freed_and_the_next_one_serves()
    {
        GenerationFolder folder = WithHalf().CommitTo(_models.Path);
        using AdmittedGeneration admitted = Admission.Admit(folder, new EngineOptions(), Engines(Off(EngineKinds.TensorRt), Sound(EngineKinds.OnnxRuntimeCuda)), Token);
        Assert.Equal(("onnxruntime-cuda", "fp16", "cuda:0"), (admitted.Engine.Kind, admitted.Engine.Precision, admitted.Engine.Device));
        Assert.Equal(["tensorrt fp16", "tensorrt fp32"], admitted.Engine.PassedOver.Select(refusal => $"{refusal.Kind} {refusal.Precision}"));
        Assert.All(admitted.Engine.PassedOver, refusal => Assert.Contains("probe 0, in a batch of 1", refusal.Reason));
        Assert.Equal([1, 1, 0], _loaded.Select(engine => engine.Disposals));
    }

    [Fact]
    public void An_engine_that_does_not_load_or_fails_on_a_batch_falls_to_the_next()
    {
        EngineSelection engines = Engines(
            new(EngineKinds.TensorRt, true, _ => null, (_, _, _) => throw new EngineException("The plan is not for this GPU.")),
            Candidate(EngineKinds.OnnxRuntimeTensorRt, true, engine => new FailingEngine(engine, atBatch: 16)),
            Sound(EngineKinds.OnnxRuntimeCpu));
        using AdmittedGeneration admitted = Admission.Admit(new TinyGeneration().CommitTo(_models.Path), new EngineOptions(), engines, Token);
        Assert.Equal("onnxruntime-cpu", admitted.Engine.Kind);
        Assert.Equal(["The plan is not for this GPU.", "A batch of 16 is too much."], admitted.Engine.PassedOver.Select(refusal => refusal.Reason));
        Assert.Equal([1, 0], _loaded.Select(engine => engine.Disposals));
    }

    [Fact]
    public void Each_engine_is_given_the_file_of_its_precision_with_the_files_own_digest()
    {
        GenerationFolder folder = WithHalf().CommitTo(_models.Path);
        Admission.Admit(folder, new EngineOptions(), Engines(Off(EngineKinds.TensorRt), Sound(EngineKinds.OnnxRuntimeCpu)), Token).Dispose();
        string fp16 = folder.Manifest.Files[GenerationFiles.EncoderFp16], fp32 = folder.Manifest.Files[GenerationFiles.Encoder];
        Assert.Equal([$"encoder.fp16.onnx {fp16} fp16", $"encoder.onnx {fp32} fp32", $"encoder.onnx {fp32} fp32"], _order);
    }

    [Fact]
    public void The_classifier_runs_on_the_processor_whatever_runs_the_encoder()
    {
        GenerationFolder folder = new TinyGeneration { Classifier = new TinyClassifier() }.CommitTo(_models.Path);
        using AdmittedGeneration admitted = Admission.Admit(folder, new EngineOptions { Precision = "fp32" }, Engines(Sound(EngineKinds.TensorRt), Sound(EngineKinds.OnnxRuntimeCpu)), Token);
        Assert.Equal("tensorrt", admitted.Engine.Kind);
        Assert.Equal(["onnxruntime-cpu", "tensorrt"], _loaded.Select(engine => engine.Kind));
    }

    [Fact]
    public void An_int8_variant_beyond_its_tolerance_is_passed_over_for_fp32()
    {
        var tiny = new TinyGeneration();
        var rough = new TinyEncoder(size: 8);
        rough.Weights[0] += 1;
        tiny = new TinyGeneration
        {
            ChangeFiles = draft => File.WriteAllBytes(Path.Combine(draft, "encoder.int8.onnx"), rough.ToOnnx()),
            ChangeManifest = manifest => manifest with { Tolerance = new Dictionary<string, ProbeTolerance>(manifest.Tolerance) { ["int8"] = new(0.999, 1e-2) } },
        };
        EngineSelection engines = new([EngineCandidates.OnnxRuntimeCpu], fastInt8: true);
        using AdmittedGeneration admitted = Admission.Admit(tiny.CommitTo(_models.Path), new EngineOptions { IntraOpThreads = 1 }, engines, Token);
        Assert.Equal("onnxruntime-cpu-fp32", admitted.Encoder.Name);
        Assert.Contains("encoder.int8.onnx does not answer as recorded", Assert.Single(admitted.Engine.PassedOver).Reason);
    }

    [Fact]
    public void A_forced_engine_that_does_not_pass_refuses_the_generation()
    {
        GenerationFolder folder = new TinyGeneration().CommitTo(_models.Path);
        var refused = Assert.Throws<AdmissionException>(() => Admission.Admit(
            folder, new EngineOptions { Kind = EngineKinds.TensorRt }, Engines(Off(EngineKinds.TensorRt), Sound(EngineKinds.OnnxRuntimeCpu)), Token));
        Assert.StartsWith("Generation 1 is not admitted. encoder.onnx does not answer as recorded: probe 0", refused.Message);
        Assert.Equal(1, Assert.Single(_loaded).Disposals);
    }

    [Fact]
    public void Two_hundred_failed_loads_leave_nothing_behind()
    {
        GenerationFolder folder = WithHalf().CommitTo(_models.Path);
        EngineSelection engines = Engines(Off(EngineKinds.TensorRt), Candidate(EngineKinds.OnnxRuntimeCuda, true, engine => new FailingEngine(engine, atBatch: 8)));
        for (int i = 0; i < 50; i++) // two engines, two precisions
            Assert.Throws<AdmissionException>(() => Admission.Admit(folder, new EngineOptions { IntraOpThreads = 1 }, engines, Token));
        Assert.Equal(200, _loaded.Count);
        Assert.All(_loaded, engine => Assert.Equal(1, engine.Disposals));
    }

    private static TinyGeneration WithHalf() => new()
    {
        ChangeFiles = draft => File.WriteAllBytes(Path.Combine(draft, GenerationFiles.EncoderFp16), new TinyEncoder(size: 8).ToOnnx()),
        ChangeManifest = manifest => manifest with { Tolerance = new Dictionary<string, ProbeTolerance>(manifest.Tolerance) { ["fp16"] = new(0.999, 1e-2) } },
    };

    private EngineSelection Engines(params EngineCandidate[] candidates) => new(candidates, fastInt8: false);

    private EngineCandidate Sound(string kind) => Candidate(kind, kind != EngineKinds.OnnxRuntimeCpu, engine => engine);

    private EngineCandidate Off(string kind) => Candidate(kind, true, engine => new OffEngine(engine));

    private EngineCandidate Candidate(string kind, bool gpu, Func<IInferenceEngine, IInferenceEngine> around) => new(kind, gpu, _ => null, (path, digest, options) =>
    {
        _order.Add($"{Path.GetFileName(path)} {digest} {options.Precision}");
        var spy = new SpyEngine(around(OnnxRuntimeEngine.Load(path, options with { IntraOpThreads = 1 }))) { Kind = kind };
        _loaded.Add(spy);
        return spy;
    });

    private abstract class Around(IInferenceEngine inner) : IInferenceEngine
    {
        public string Name => inner.Name;

        public int Dimensions => inner.Dimensions;

        public int[] ItemShape => inner.ItemShape;

        public virtual void Run(ReadOnlySpan<float> input, int n, Span<float> output) => inner.Run(input, n, output);

        public void Dispose() => inner.Dispose();
    }

    private sealed class OffEngine(IInferenceEngine inner) : Around(inner)
    {
        public override void Run(ReadOnlySpan<float> input, int n, Span<float> output)
        {
            base.Run(input, n, output);
            output[0] += 0.5f;
        }
    }

    private sealed class FailingEngine(IInferenceEngine inner, int atBatch) : Around(inner)
    {
        public override void Run(ReadOnlySpan<float> input, int n, Span<float> output)
        {
            if (n >= atBatch) throw new EngineException($"A batch of {n} is too much.");
            base.Run(input, n, output);
        }
    }
}
