using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Export;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Export.Quantization;

[CollectionDefinition(nameof(Int8EncoderTests), DisableParallelization = true)] // torch has one generator of random numbers for all threads: beside other tests a seed means nothing
[Collection(nameof(Int8EncoderTests))]
public sealed class Int8EncoderTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"generations-{Guid.NewGuid():N}");
    private readonly GenerationStore _store;

    public Int8EncoderTests() => _store = new GenerationStore(_directory);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_generation_written_with_images_has_a_variant_that_replays_its_probes()
    {
        using Encoder encoder = Calm();
        CalibrationImages images = QuantizedSample.Images(300, 32);
        GenerationFolder generation = GenerationWriter.Write(_store, Request() with { Encoder = encoder, ProbeTiles = images.Tiles, Calibration = images }, cancellationToken: Token);
        QuantizationReport report = EvaluationReport.Read(generation.File(GenerationFiles.Evaluation)).Quantization!;
        Assert.True(report.Admitted, report.Reason);
        Assert.Equal(["fp32", "fp16", "int8"], generation.Manifest.Precisions);
        Assert.Equal(75, report.Images);
        Assert.NotNull(report.KnnInt8);
        Assert.Equal(["min-max", "percentile 99.9", "percentile 99.99"], report.Candidates.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(report.Candidates.Values.Max(), report.Candidates[report.Calibration!]);

        SafetensorsFile probes = Safetensors.Read(generation.File(GenerationFiles.Probes));
        using OnnxFile onnx = new(File.ReadAllBytes(generation.File(GenerationFiles.EncoderInt8)));
        Agreement agreement = Agreement.Of(probes["embedding"].Floats.ToArray(), onnx.Run(probes["image"].Floats.ToArray(), 16, 3, 32, 32), 16);
        ProbeTolerance tolerance = generation.Manifest.Tolerance["int8"];
        Assert.True(agreement.MinCosine >= tolerance.MinCosine && agreement.MaxDifference <= tolerance.MaxDifference, $"{agreement} {tolerance}");
        Assert.InRange(tolerance.MinCosine, 0.94, 0.9999);
    }

    [Fact]
    public void A_new_classifier_keeps_the_variant_and_its_report()
    {
        using Encoder encoder = Calm();
        using ClassifierHead head = new(64, 3, 0);
        CalibrationImages images = QuantizedSample.Images(300, 32);
        GenerationFolder parent = GenerationWriter.Write(_store, Request() with { Encoder = encoder, Calibration = images }, cancellationToken: Token);
        GenerationFolder child = GenerationWriter.Write(_store, Request() with { EncoderFrom = parent, Calibration = images, Classifier = head, Labels = ["ant", "bee", "cat"] }, cancellationToken: Token);
        Assert.Equal(File.ReadAllBytes(parent.File(GenerationFiles.EncoderInt8)), File.ReadAllBytes(child.File(GenerationFiles.EncoderInt8)));
        Assert.Equal(parent.Manifest.Tolerance["int8"], child.Manifest.Tolerance["int8"]);
        Assert.Equal(parent.Manifest.Precisions, child.Manifest.Precisions);
        Assert.Equal(EvaluationReport.Read(parent.File(GenerationFiles.Evaluation)).Quantization!.Reason, EvaluationReport.Read(child.File(GenerationFiles.Evaluation)).Quantization!.Reason);
    }

    [Fact]
    public void A_kept_encoder_without_the_variant_gets_it()
    {
        using Encoder encoder = Calm();
        GenerationFolder parent = GenerationWriter.Write(_store, Request() with { Encoder = encoder }, cancellationToken: Token);
        Assert.Equal(["fp32", "fp16"], parent.Manifest.Precisions);
        GenerationFolder child = GenerationWriter.Write(_store, Request() with { EncoderFrom = parent, Calibration = QuantizedSample.Images(300, 32) }, cancellationToken: Token);
        Assert.Equal(parent.Manifest.Digest, child.Manifest.Digest);
        Assert.Equal(["fp32", "fp16", "int8"], child.Manifest.Precisions);
        Assert.True(child.Has(GenerationFiles.EncoderInt8));
    }

    // One channel a thousand times as large as the others uses up the 256 steps of all.
    [Fact]
    public void An_encoder_that_int8_cannot_hold_has_no_variant_and_says_why()
    {
        using Encoder encoder = Calm();
        var network = (ResNet)encoder.Backbone;
        using (no_grad())
        {
            network.Bn1.weight![0].fill_(20_000);
            network.Stages[0][0].Layers[0].Conv.weight[.., 0].div_(20_000);
        }
        CalibrationImages images = QuantizedSample.Images(300, 32);
        GenerationFolder generation = GenerationWriter.Write(_store, Request() with { Encoder = encoder, Calibration = images }, cancellationToken: Token);
        QuantizationReport report = EvaluationReport.Read(generation.File(GenerationFiles.Evaluation)).Quantization!;
        Assert.False(report.Admitted);
        Assert.NotEmpty(report.Reason);
        Assert.Equal(["fp32", "fp16"], generation.Manifest.Precisions);
        Assert.False(generation.Has(GenerationFiles.EncoderInt8));
        Assert.DoesNotContain("int8", generation.Manifest.Tolerance.Keys);
    }

    [Fact]
    public void Too_few_images_are_said_to_be_too_few()
    {
        using Encoder encoder = Calm();
        Int8Variant variant = Int8Encoder.Make(encoder, QuantizedSample.Images(20, 32), new float[3 * 32 * 32], cancellationToken: Token);
        Assert.Null(variant.Model);
        Assert.Contains("too few", variant.Report.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_encoder_and_images_give_the_same_bytes_and_leave_the_encoder_as_it_was()
    {
        using Encoder encoder = Calm();
        encoder.train();
        CalibrationImages images = QuantizedSample.Images(120, 32);
        float[] probes = [.. Enumerable.Range(0, 2 * 3 * 32 * 32).Select(i => i % 11 / 11f)];
        Int8Variant first = Int8Encoder.Make(encoder, images, probes, cancellationToken: Token), second = Int8Encoder.Make(encoder, images, probes, cancellationToken: Token);
        Assert.NotNull(first.Model);
        Assert.Equal(first.Model, second.Model);
        Assert.True(encoder.training);
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    private static Encoder Calm()
    {
        random.manual_seed(5);
        return RandomEncoder.Create("resnet10", 8, 32);
    }

    private static ExportRequest Request() => new()
    {
        Method = "simclr",
        RecipeYaml = "method: simclr\n",
        Corpus = new(new string('0', 64), 100, 90, 10, 0),
        Evaluation = new()
        {
            New = new() { ViewRecall = 0.9, RankMe = 20, Alignment = 0.5, Uniformity = -2, EmbeddingStd = 0.1, TestImages = 10 },
            Verdict = new(true, ["There was none before."]),
        },
    };
}
