using Perennial.Core.Generations;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Swapping;

public sealed class AdmissionTests : IDisposable
{
    private static readonly EngineOptions Options = new() { IntraOpThreads = 1 };
    private readonly TemporaryFolder _models = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Fact]
    public void A_sound_generation_is_admitted_and_answers()
    {
        var tiny = new TinyGeneration { Classifier = new TinyClassifier() };
        using AdmittedGeneration admitted = Admission.Admit(tiny.CommitTo(_models.Path), Options, Token);
        Assert.Equal(1, admitted.Manifest.Number);
        Assert.Equal([3, 8, 8], admitted.Encoder.ItemShape);

        float[] image = tiny.Encoder.Images(1, seed: 99), embedding = new float[8], probabilities = new float[3];
        admitted.Encoder.Run(image, 1, embedding);
        admitted.Classifier!.Run(embedding, 1, probabilities);
        float[] expected = tiny.Classifier.Classify(tiny.Encoder.Embed(image));
        for (int c = 0; c < 3; c++)
            Assert.Equal(expected[c], probabilities[c], 1e-5f);
    }

    [Fact]
    public void A_generation_without_labels_has_no_classifier()
    {
        using AdmittedGeneration admitted = Admission.Admit(new TinyGeneration().CommitTo(_models.Path), Options, Token);
        Assert.Null(admitted.Classifier);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(12, new[] { 1, 2, 4, 8, 12 })]
    [InlineData(16, new[] { 1, 2, 4, 8, 16 })]
    public void Every_power_of_two_up_to_the_largest_batch_is_warmed_after_the_replay(int maxBatch, int[] warmed)
    {
        SpyEngine? spy = null;
        using AdmittedGeneration admitted = Admission.Admit(new TinyGeneration().CommitTo(_models.Path), Options with { MaxBatch = maxBatch },
            ScriptedEngines.Cpu((path, options) => spy = new SpyEngine(OnnxRuntimeEngine.Load(path, options))), Token);
        Assert.Equal(warmed, spy!.Batches.TakeLast(warmed.Length));
        Assert.Equal(Enumerable.Repeat(1, TinyGeneration.Probes), spy.Batches.Take(TinyGeneration.Probes));
        Assert.Equal(0, spy.Disposals);
    }

    [Fact]
    public void Disposing_the_generation_disposes_both_engines()
    {
        List<SpyEngine> spies = [];
        Admission.Admit(new TinyGeneration { Classifier = new TinyClassifier() }.CommitTo(_models.Path), Options, Spying(spies), Token).Dispose();
        Assert.Equal([1, 1], spies.Select(spy => spy.Disposals));
    }

    [Fact]
    public void The_half_precision_variant_is_judged_by_its_own_tolerance_and_the_classifier_by_the_full_one()
    {
        var tiny = new TinyGeneration { Classifier = new TinyClassifier() };
        tiny = new TinyGeneration
        {
            Classifier = tiny.Classifier,
            ChangeFiles = draft => File.WriteAllBytes(Path.Combine(draft, GenerationFiles.EncoderFp16), Altered(tiny.Encoder, 0.003f).ToOnnx()),
            ChangeManifest = manifest => manifest with { Tolerance = new Dictionary<string, ProbeTolerance>(manifest.Tolerance) { ["fp16"] = new(0.999, 1e-2) } },
        };
        using AdmittedGeneration admitted = Admission.Admit(tiny.CommitTo(_models.Path), Options with { Precision = "fp16" }, Token);
        Assert.Equal("onnxruntime-cpu-fp16", admitted.Encoder.Name);
        Assert.Equal("onnxruntime-cpu-fp32", admitted.Classifier!.Name);
    }

    [Fact]
    public void Cancelled_before_it_begins_it_loads_nothing()
    {
        List<SpyEngine> spies = [];
        GenerationFolder folder = new TinyGeneration().CommitTo(_models.Path);
        Assert.ThrowsAny<OperationCanceledException>(() => Admission.Admit(folder, Options, Spying(spies), new CancellationToken(canceled: true)));
        Assert.Empty(spies);
    }

    [Fact]
    public void Cancelled_on_the_way_it_frees_what_it_has_loaded()
    {
        using var cancellation = new CancellationTokenSource();
        List<SpyEngine> spies = [];
        GenerationFolder folder = new TinyGeneration { Classifier = new TinyClassifier() }.CommitTo(_models.Path);
        Assert.ThrowsAny<OperationCanceledException>(() => Admission.Admit(folder, Options, ScriptedEngines.Cpu((path, options) =>
        {
            var spy = new SpyEngine(OnnxRuntimeEngine.Load(path, options));
            spies.Add(spy);
            if (spies.Count == 2)
                cancellation.Cancel();
            return spy;
        }), cancellation.Token));
        Assert.Equal([1, 1], spies.Select(spy => spy.Disposals));
    }

    private static EngineSelection Spying(List<SpyEngine> spies) => ScriptedEngines.Cpu((path, options) =>
    {
        var spy = new SpyEngine(OnnxRuntimeEngine.Load(path, options));
        spies.Add(spy);
        return spy;
    });

    private static TinyEncoder Altered(TinyEncoder encoder, float by)
    {
        var altered = new TinyEncoder(encoder.Size, encoder.Dimensions);
        altered.Weights[0] += by;
        return altered;
    }
}
