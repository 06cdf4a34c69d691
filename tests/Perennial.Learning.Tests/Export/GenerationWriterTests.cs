using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export;

public sealed class GenerationWriterTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"generations-{Guid.NewGuid():N}");
    private readonly GenerationStore _store;

    public GenerationWriterTests() => _store = new GenerationStore(_directory);

    [Fact]
    public void A_new_encoder_becomes_a_generation_whose_files_agree()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        encoder.train(); // as training leaves it
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        Assert.True(encoder.training);
        generation.Verify();
        Assert.Equal(1, generation.Number);
        Assert.Equal(["fp32", "fp16"], generation.Manifest.Precisions);
        Assert.Equal(64, generation.Manifest.Dimensions);
        Assert.Equal(encoder.Backbone.Description, generation.Manifest.Backbone);
        Assert.Equal(0.5, generation.Manifest.Metrics["knn_accuracy"]);
        Assert.Equal(["dotnet", "libtorch", "onnx_opset", "perennial", "torchsharp"], generation.Manifest.Versions.Keys.Order(StringComparer.Ordinal));
        Assert.True(EvaluationReport.Read(generation.File(GenerationFiles.Evaluation)).Verdict.Accepted);
    }

    [Theory]
    [InlineData(GenerationFiles.Encoder, "fp32")]
    [InlineData(GenerationFiles.EncoderFp16, "fp16")]
    public void The_probes_replay_within_the_tolerance_of_the_manifest(string file, string precision)
    {
        using Encoder encoder = RandomEncoder.Create("resnet18", 8, 32);
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        SafetensorsFile probes = Safetensors.Read(generation.File(GenerationFiles.Probes));
        Assert.Equal([16, 3, 32, 32], probes["image"].Shape);
        Assert.Equal([16, 64], probes["embedding"].Shape);
        Assert.All(probes["image"].Floats.ToArray(), value => Assert.InRange(value, 0, 1));

        using OnnxFile onnx = new(File.ReadAllBytes(generation.File(file)));
        Agreement agreement = Agreement.Of(probes["embedding"].Floats.ToArray(), onnx.Run(probes["image"].Floats.ToArray(), 16, 3, 32, 32), 16);
        Assert.True(agreement.MinCosine >= generation.Manifest.Tolerance[precision].MinCosine, agreement.ToString());
        Assert.True(agreement.MaxDifference <= generation.Manifest.Tolerance[precision].MaxDifference, agreement.ToString());
    }

    [Fact]
    public void The_same_weights_have_the_same_digest()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        GenerationFolder first = Write(Request() with { Encoder = encoder });
        using Encoder loaded = EncoderLoader.FromGeneration(first);
        GenerationFolder second = Write(Request() with { Encoder = loaded });
        Assert.Equal(2, second.Number);
        Assert.Equal(first.Manifest.Digest, second.Manifest.Digest);
        Assert.Equal(first.Manifest.Files[GenerationFiles.Weights], second.Manifest.Files[GenerationFiles.Weights]);
        Assert.Equal(first.Manifest.Files[GenerationFiles.Probes], second.Manifest.Files[GenerationFiles.Probes]);
    }

    [Fact]
    public void A_classifier_on_the_same_encoder_keeps_the_digest_and_records_its_probabilities()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using ClassifierHead head = new(64, 3, 0);
        GenerationFolder parent = Write(Request() with { Encoder = encoder });
        GenerationFolder child = Write(Request() with { EncoderFrom = parent, Parent = 1, Classifier = head, Labels = ["ant", "bee", "cat"] });
        Assert.Equal(parent.Manifest.Digest, child.Manifest.Digest);
        foreach (string name in (string[])[GenerationFiles.Encoder, GenerationFiles.EncoderFp16, GenerationFiles.Weights])
            Assert.Equal(File.ReadAllBytes(parent.File(name)), File.ReadAllBytes(child.File(name)));
        Assert.Equal(["ant", "bee", "cat"], child.Manifest.Labels);

        SafetensorsFile before = Safetensors.Read(parent.File(GenerationFiles.Probes)), after = Safetensors.Read(child.File(GenerationFiles.Probes));
        Assert.Null(before.Find("probabilities"));
        Assert.Equal(before["embedding"].Floats.ToArray(), after["embedding"].Floats.ToArray());
        using OnnxFile onnx = new(File.ReadAllBytes(child.File(GenerationFiles.Classifier)));
        float[] replayed = onnx.Run(after["embedding"].Floats.ToArray(), 16, 64);
        Assert.True(Agreement.Of(after["probabilities"].Floats.ToArray(), replayed, 16).MaxDifference < 1e-5);
    }

    [Fact]
    public void A_generation_read_back_embeds_as_before()
    {
        using Encoder encoder = RandomEncoder.Create("resnet18", 8, 32);
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        using Encoder loaded = EncoderLoader.FromGeneration(generation);
        using var scope = NewDisposeScope();
        Tensor images = rand(4, 3, 32, 32);
        Assert.False(loaded.training);
        Assert.Equal(encoder.call(images).ToSingles(), loaded.call(images).ToSingles());
    }

    [Fact]
    public void A_black_image_that_the_encoder_has_no_answer_for_is_not_recorded()
    {
        // Without a mean to subtract and with fresh batch norms, nothing in gives nothing out.
        using Encoder encoder = new(Backbone.Create(Backbone.Describe("resnet10", 8, 32)), new Preprocessing { Mean = [0, 0, 0] });
        encoder.eval();
        using (NewDisposeScope()) Assert.All(encoder.call(zeros(1, 3, 32, 32)).ToSingles(), value => Assert.Equal(0, value));
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        float[] embeddings = Safetensors.Read(generation.File(GenerationFiles.Probes))["embedding"].Floats.ToArray();
        Assert.All(embeddings.Chunk(64), row => Assert.Equal(1, row.Sum(value => (double)value * value), 1e-4));
    }

    [Fact]
    public void A_dead_encoder_is_refused_and_leaves_nothing_behind()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad()) ((ResNet)encoder.Backbone).Stages[3][0].Layers[1].Norm.bias!.fill_(-1e6);
        Assert.Throws<ExportException>(() => Write(Request() with { Encoder = encoder }));
        Assert.Empty(Directory.GetFileSystemEntries(_directory));
    }

    [Fact]
    public void Weights_beyond_float16_cost_the_variant_and_not_the_generation()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using (no_grad()) ((ResNet)encoder.Backbone).Conv1.weight.view(-1)[0].fill_(1e7f);
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        Assert.Equal(["fp32"], generation.Manifest.Precisions);
        Assert.False(generation.Has(GenerationFiles.EncoderFp16));
    }

    [Fact]
    public void Labels_that_do_not_fit_the_classifier_are_refused()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        using ClassifierHead head = new(64, 3, 0);
        Assert.Throws<ArgumentException>(() => Write(Request() with { Encoder = encoder, Classifier = head, Labels = ["ant"] }));
        using ClassifierHead narrow = new(32, 2, 0);
        Assert.Throws<ArgumentException>(() => Write(Request() with { Encoder = encoder, Classifier = narrow, Labels = ["ant", "bee"] }));
        Assert.Throws<ArgumentException>(() => Write(Request()));
    }

    [Fact]
    public void A_generation_of_another_architecture_says_that_it_cannot_be_loaded()
    {
        using Encoder encoder = RandomEncoder.Create("resnet10", 8, 32);
        GenerationFolder generation = Write(Request() with { Encoder = encoder });
        using GenerationDraft draft = _store.Begin();
        foreach (string name in generation.Manifest.Files.Keys) File.Copy(generation.File(name), Path.Combine(draft.Path, name));
        GenerationFolder other = draft.Commit((number, files) => generation.Manifest with { Number = number, Files = files, Backbone = new("vit-tiny", 64, "small") });
        Assert.Contains("vit-tiny", Assert.Throws<GenerationException>(() => EncoderLoader.FromGeneration(other)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private GenerationFolder Write(ExportRequest request) => GenerationWriter.Write(_store, request, cancellationToken: TestContext.Current.CancellationToken);

    private static ExportRequest Request() => new()
    {
        Method = "simclr",
        RecipeYaml = "method: simclr\n",
        Corpus = new(new string('0', 64), 100, 90, 10, 0),
        Evaluation = new()
        {
            New = new() { KnnAccuracy = 0.5, ViewRecall = 0.9, RankMe = 20, Alignment = 0.5, Uniformity = -2, EmbeddingStd = 0.1, TestImages = 10 },
            Verdict = new(true, ["There was none before."]),
        },
        Seeds = new Dictionary<string, long> { ["training"] = 1 },
        Duration = TimeSpan.FromSeconds(12),
    };
}
