using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Swapping;

public sealed class RefusedGenerationTests : IDisposable
{
    private readonly TemporaryFolder _models = new();
    private readonly TinyEncoder _encoder = new(size: 8);

    public void Dispose() => _models.Dispose();

    [Fact]
    public void One_altered_weight_is_found_by_the_probes()
    {
        var altered = new TinyEncoder(size: 8);
        altered.Weights[100] += 0.005f;
        Refused(new TinyGeneration { EncoderFile = altered.ToOnnx() }, "encoder.onnx", "probe", "differs from the recorded one by");
    }

    [Fact]
    public void Another_network_is_found_by_the_probes() =>
        Refused(new TinyGeneration { EncoderFile = new TinyEncoder(size: 8, seed: 42).ToOnnx() }, "encoder.onnx", "probe 0", "cosine", "below 0.99999");

    [Fact]
    public void One_altered_probe_is_named() => Refused(new TinyGeneration { ChangeProbes = Embedding(values => values[11 * 8] += 0.001f) }, "probe 11");

    [Fact]
    public void An_engine_whose_answer_depends_on_the_rest_of_the_batch_is_refused()
    {
        byte[] mixing = _encoder.Body(new OnnxModel().Input("image", -1, 3, 8, 8).Output("embedding", -1, 8), output: "own")
            .Node("ReduceMean", "own", "mixed", [("axes", new[] { 0L }), ("keepdims", 1L)])
            .Node("Add", "own mixed", "sum")
            .Node("LpNormalization", "sum", "embedding", [("axis", 1L), ("p", 2L)])
            .ToBytes();
        Refused(new TinyGeneration { EncoderFile = mixing }, "probe 0, in a batch of 16");
    }

    [Fact]
    public void An_engine_that_answers_nan_is_refused()
    {
        byte[] broken = _encoder.Body(new OnnxModel().Input("image", -1, 3, 8, 8).Output("embedding", -1, 8), output: "sound")
            .Node("Sub", "sound sound", "zero")
            .Node("Div", "zero zero", "embedding")
            .ToBytes();
        Refused(new TinyGeneration { EncoderFile = broken }, "probe 0", "NaN");
    }

    [Fact]
    public void A_classifier_with_an_altered_weight_is_refused()
    {
        var altered = new TinyClassifier();
        altered.Weights[5] += 0.1f;
        Refused(new TinyGeneration { Classifier = new TinyClassifier(), ClassifierFile = altered.ToOnnx() }, "classifier.onnx", "probe");
    }

    [Fact]
    public void A_classifier_with_another_number_of_classes_is_refused() => Refused(
        new TinyGeneration { Classifier = new TinyClassifier(), ClassifierFile = new TinyClassifier(classes: 4).ToOnnx() },
        "classifier.onnx maps [8] to [4]; the manifest says [8] to [3]");

    [Fact]
    public void A_classifier_without_recorded_probabilities_is_refused() =>
        Refused(new TinyGeneration { Classifier = new TinyClassifier(), ChangeProbes = probes => probes[..2] }, "'probabilities'");

    [Fact]
    public void A_classifier_in_place_of_the_encoder_is_refused() =>
        Refused(new TinyGeneration { EncoderFile = new TinyClassifier(dimensions: 8, classes: 8).ToOnnx() }, "encoder.onnx maps [8] to [8]");

    [Fact]
    public void A_file_that_is_not_onnx_is_refused() => Refused(new TinyGeneration { EncoderFile = [1, 2, 3] }, "cannot load encoder.onnx");

    [Fact]
    public void Other_dimensions_than_the_manifests_are_refused() => Refused(
        new TinyGeneration { ChangeProbes = Reshape("embedding", [16, 4]), ChangeManifest = manifest => manifest with { Dimensions = 4 } },
        "encoder.onnx maps [3, 8, 8] to [8]; the manifest says [3, 8, 8] to [4]");

    [Fact]
    public void Another_image_size_than_the_manifests_is_refused() => Refused(
        new TinyGeneration { ChangeProbes = Reshape("image", [16, 3, 16, 16]), ChangeManifest = manifest => manifest with { Preprocessing = new Preprocessing { Size = 16 } } },
        "the manifest says [3, 16, 16]");

    [Fact]
    public void Probes_of_another_shape_are_refused() =>
        Refused(new TinyGeneration { ChangeProbes = Reshape("embedding", [15, 8]) }, "'embedding' in probes.safetensors is F32 [15, 8]; the manifest implies F32 [16, 8]");

    [Fact]
    public void Probes_without_images_are_refused() => Refused(new TinyGeneration { ChangeProbes = probes => [probes[1]] }, "'image'");

    [Fact]
    public void No_probes_at_all_are_refused() => Refused(
        new TinyGeneration { ChangeProbes = _ => [SafeTensor.F32("image", [0, 3, 8, 8], []), SafeTensor.F32("embedding", [0, 8], [])] }, "holds 0 probes");

    [Fact]
    public void A_probe_that_is_not_a_number_is_refused() =>
        Refused(new TinyGeneration { ChangeProbes = Embedding(values => values[3] = float.NaN) }, "'embedding'", "NaN at position 3");

    [Fact]
    public void A_file_of_probes_that_is_not_safetensors_is_refused() =>
        Refused(new TinyGeneration { ChangeFiles = draft => File.WriteAllText(Path.Combine(draft, GenerationFiles.Probes), "no") }, "probes.safetensors");

    [Fact]
    public void A_generation_without_probes_is_refused() =>
        Refused(new TinyGeneration { ChangeFiles = draft => File.Delete(Path.Combine(draft, GenerationFiles.Probes)) }, "has no probes.safetensors");

    [Fact]
    public void A_precision_that_the_generation_lacks_is_refused() =>
        Refused(new TinyGeneration().CommitTo(_models.Path), new EngineOptions { Precision = "fp16" }, "no tolerance for fp16");

    [Fact]
    public void A_precision_with_a_tolerance_and_no_file_is_refused() => Refused(
        new TinyGeneration { ChangeManifest = manifest => manifest with { Tolerance = new Dictionary<string, ProbeTolerance>(manifest.Tolerance) { ["int8"] = new(0.99, 0.1) } } }
            .CommitTo(_models.Path),
        new EngineOptions { Precision = "int8" }, "It has no encoder.int8.onnx; precision auto takes what there is.");

    [Fact]
    public void A_file_truncated_after_the_commit_is_refused_by_its_digest()
    {
        GenerationFolder folder = new TinyGeneration().CommitTo(_models.Path);
        string file = folder.File(GenerationFiles.Encoder);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..^1]);
        Refused(folder, new EngineOptions(), "encoder.onnx", "digest");
    }

    [Fact]
    public void One_flipped_bit_in_any_file_is_refused_by_its_digest()
    {
        GenerationFolder folder = new TinyGeneration { Classifier = new TinyClassifier() }.CommitTo(_models.Path);
        foreach (string name in folder.Manifest.Files.Keys)
        {
            byte[] bytes = File.ReadAllBytes(folder.File(name));
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(folder.File(name), bytes);
            Refused(folder, new EngineOptions(), name, "digest");
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(folder.File(name), bytes);
        }
        Admission.Admit(folder, new EngineOptions(), TestContext.Current.CancellationToken).Dispose();
    }

    [Fact]
    public void Forty_refusals_of_a_large_network_do_not_add_up_in_memory()
    {
        const int Dimensions = 20_000; // 15 MB of weights
        var large = new TinyEncoder(size: 8, Dimensions);
        GenerationFolder folder = new TinyGeneration { Encoder = large, ChangeProbes = Embedding(values => values[0] += 0.5f) }.CommitTo(_models.Path);
        Refused(folder, new EngineOptions(), "probe 0");
        long before = Environment.WorkingSet;
        for (int i = 0; i < 40; i++)
            Refused(folder, new EngineOptions(), "probe 0");
        Assert.InRange(Environment.WorkingSet - before, long.MinValue, 300_000_000); // kept, they would be 600 MB
    }

    private void Refused(TinyGeneration generation, params string[] because) => Refused(generation.CommitTo(_models.Path), new EngineOptions { IntraOpThreads = 1 }, because);

    private static void Refused(GenerationFolder folder, EngineOptions options, params string[] because)
    {
        List<SpyEngine> loaded = [];
        var refused = Assert.Throws<AdmissionException>(() => Admission.Admit(folder, options, ScriptedEngines.Cpu(Load), TestContext.Current.CancellationToken));
        Assert.All([$"Generation {folder.Number} is not admitted", .. because], part => Assert.Contains(part, refused.Message));
        Assert.All(loaded, engine => Assert.Equal(1, engine.Disposals));

        SpyEngine Load(string path, EngineOptions with)
        {
            var engine = new SpyEngine(OnnxRuntimeEngine.Load(path, with));
            loaded.Add(engine);
            return engine;
        }
    }

    private static Func<SafeTensor[], SafeTensor[]> Embedding(Action<float[]> change) => probes =>
    {
        float[] values = probes[1].Floats.ToArray();
        change(values);
        return [probes[0], SafeTensor.F32("embedding", probes[1].Shape, values)];
    };

    private static Func<SafeTensor[], SafeTensor[]> Reshape(string name, long[] shape) => probes =>
        [.. probes.Select(probe => probe.Name == name ? SafeTensor.F32(name, shape, new float[shape.Aggregate(1L, (product, size) => product * size)]) : probe)];
}
