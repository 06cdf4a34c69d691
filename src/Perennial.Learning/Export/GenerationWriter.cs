using Perennial.Core.Generations;
using Perennial.Core.Images;
using Perennial.Core.Scoring;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Export;

/// <summary>Writes a whole generation: the graphs, the weights, the probes, the evaluation and the manifest, aside and then renamed into place.</summary>
public static class GenerationWriter
{
    /// <summary>The precision of <c>encoder.onnx</c>, by the name that the manifest uses.</summary>
    public const string Fp32 = "fp32";

    /// <summary>The precision of <c>encoder.fp16.onnx</c>.</summary>
    public const string Fp16 = "fp16";

    /// <summary>The precision of <c>encoder.int8.onnx</c>.</summary>
    public const string Int8 = "int8";

    private static readonly Dictionary<string, ProbeTolerance> Tolerances = new()
    {
        [Fp32] = new(MinCosine: 0.99999, MaxDifference: 1e-4),
        [Fp16] = new(MinCosine: 0.999, MaxDifference: 1e-2),
    };

    /// <summary>Writes the next generation of a store; on an exception nothing remains.</summary>
    /// <param name="store">Where it goes.</param>
    /// <param name="request">What it is made of.</param>
    /// <param name="time">The clock of <c>created</c>; the system's when null.</param>
    /// <param name="progress">Told what quantising finds on its way, which may take minutes; null for nobody.</param>
    /// <param name="cancellationToken">Stops quantising; nothing remains.</param>
    /// <exception cref="ArgumentException">The request names both or neither of a new encoder and a generation's, or the classifier does not fit.</exception>
    /// <exception cref="ExportException">The encoder or the classifier cannot be exported.</exception>
    /// <exception cref="GenerationException">The generation whose encoder is kept is damaged.</exception>
    public static GenerationFolder Write(GenerationStore store, ExportRequest request, TimeProvider? time = null, IProgress<string>? progress = null, CancellationToken cancellationToken = default)
    {
        (BackboneDescription backbone, Preprocessing preprocessing, int dimensions) = Check(request);
        using GenerationDraft draft = store.Begin();
        IReadOnlyList<string> precisions = request.EncoderFrom is { } from ? CopyEncoder(draft, from) : WriteEncoder(draft, request.Encoder!);
        string probes = Path.Combine(draft.Path, GenerationFiles.Probes);
        if (request.EncoderFrom is { } recorded) ProbesFile.Extend(probes, recorded, request.Classifier);
        else InEvaluation(request.Encoder!, encoder => ProbesFile.Record(probes, encoder, request.Classifier, request.ProbeTiles, request.ProbeRows));
        if (request.Classifier is { } classifier)
            File.WriteAllBytes(Path.Combine(draft.Path, GenerationFiles.Classifier), ClassifierGraph.Build(classifier));
        Int8Variant? int8 = Quantized(draft, request, progress, cancellationToken);
        (request.Evaluation with { Quantization = int8?.Report ?? QuantizationOf(request.EncoderFrom) }).Write(Path.Combine(draft.Path, GenerationFiles.Evaluation));
        Dictionary<string, ProbeTolerance> tolerance = new(request.EncoderFrom?.Manifest.Tolerance ?? precisions.ToDictionary(precision => precision, precision => Tolerances[precision]));
        if (int8?.Tolerance is { } rounded)
        {
            precisions = [.. precisions, Int8];
            tolerance[Int8] = rounded;
        }

        return draft.Commit((number, files) => new GenerationManifest
        {
            Number = number,
            Digest = "sha256:" + files[GenerationFiles.Encoder],
            Files = files,
            Parent = request.Parent,
            Run = request.Run,
            Method = request.Method,
            RecipeYaml = request.RecipeYaml,
            Corpus = request.Corpus,
            Backbone = backbone,
            Dimensions = dimensions,
            Preprocessing = preprocessing,
            Labels = [.. request.Labels],
            Precisions = precisions,
            Metrics = Metrics(request),
            Created = (time ?? TimeProvider.System).GetUtcNow(),
            DurationSeconds = request.Duration.TotalSeconds,
            Seeds = request.Seeds,
            Versions = SoftwareVersions.Current,
            Tolerance = tolerance,
        });
    }

    private static IReadOnlyList<string> WriteEncoder(GenerationDraft draft, Encoder encoder)
    {
        File.WriteAllBytes(Path.Combine(draft.Path, GenerationFiles.Encoder), EncoderGraph.Build(encoder, OnnxPrecision.Float32));
        WeightsFile.Write(Path.Combine(draft.Path, GenerationFiles.Weights), encoder.Backbone);
        try
        {
            File.WriteAllBytes(Path.Combine(draft.Path, GenerationFiles.EncoderFp16), EncoderGraph.Build(encoder, OnnxPrecision.Float16));
            return [Fp32, Fp16];
        }
        catch (ExportException)
        {
            return [Fp32]; // a weight beyond float16: hours of training are not to be lost over a variant, and the manifest says what there is
        }
    }

    private static IReadOnlyList<string> CopyEncoder(GenerationDraft draft, GenerationFolder from)
    {
        from.Verify();
        foreach (string name in from.Manifest.Files.Keys.Where(name => name == GenerationFiles.Weights || name.StartsWith("encoder.", StringComparison.Ordinal)))
            File.Copy(from.File(name), Path.Combine(draft.Path, name));
        return from.Manifest.Precisions;
    }

    // A kept encoder whose int8 variant was judged already, for good or bad, is not judged again.
    private static Int8Variant? Quantized(GenerationDraft draft, ExportRequest request, IProgress<string>? progress, CancellationToken cancellationToken)
    {
        if (request.Calibration is not { } images || QuantizationOf(request.EncoderFrom) is not null) return null;
        float[] probes = ProbesFile.Images(Path.Combine(draft.Path, GenerationFiles.Probes));
        using Encoder? loaded = request.EncoderFrom is { } from ? EncoderLoader.FromGeneration(from) : null;
        Int8Variant variant = Int8Encoder.Make(loaded ?? request.Encoder!, images, probes, progress, cancellationToken);
        if (variant.Model is { } model) File.WriteAllBytes(Path.Combine(draft.Path, GenerationFiles.EncoderInt8), model);
        return variant;
    }

    private static QuantizationReport? QuantizationOf(GenerationFolder? generation) =>
        generation?.Has(GenerationFiles.Evaluation) == true ? EvaluationReport.Read(generation.File(GenerationFiles.Evaluation)).Quantization : null;

    private static void InEvaluation(Encoder encoder, Action<Encoder> use)
    {
        bool training = encoder.training;
        encoder.eval();
        try
        {
            use(encoder);
        }
        finally
        {
            encoder.train(training);
        }
    }

    private static (BackboneDescription, Preprocessing, int Dimensions) Check(ExportRequest request)
    {
        if (request.Encoder is null == request.EncoderFrom is null)
            throw new ArgumentException("Exactly one of Encoder and EncoderFrom is needed.", nameof(request));
        if (request.Labels.Count != (request.Classifier?.Classes ?? 0))
            throw new ArgumentException($"{request.Labels.Count} labels do not name the {request.Classifier?.Classes ?? 0} outputs of the classifier.", nameof(request));
        var kind = request.EncoderFrom?.Manifest is { } manifest
            ? (manifest.Backbone, manifest.Preprocessing, manifest.Dimensions)
            : (request.Encoder!.Backbone.Description, request.Encoder.Preprocessing, request.Encoder.Dimensions);
        if (request.Classifier is { } classifier && classifier.Dimensions != kind.Dimensions)
            throw new ArgumentException($"The classifier takes {classifier.Dimensions} dimensions, the encoder makes {kind.Dimensions}.", nameof(request));
        if (request.Calibration is { } calibration && calibration.Tiles.Preprocessing.Size != kind.Preprocessing.Size)
            throw new ArgumentException($"The calibration tiles have {calibration.Tiles.Preprocessing.Size} pixels a side, the encoder takes {kind.Preprocessing.Size}.", nameof(request));
        if (request.ProbeTiles is { } tiles && tiles.Preprocessing.Size != kind.Preprocessing.Size)
            throw new ArgumentException($"The probe tiles have {tiles.Preprocessing.Size} pixels a side, the encoder takes {kind.Preprocessing.Size}.", nameof(request));
        return kind;
    }

    private static Dictionary<string, double> Metrics(ExportRequest request)
    {
        Scores scores = request.Evaluation.New;
        Dictionary<string, double> metrics = new()
        {
            ["view_recall"] = scores.ViewRecall,
            ["rankme"] = scores.RankMe,
            ["alignment"] = scores.Alignment,
            ["uniformity"] = scores.Uniformity,
            ["embedding_std"] = scores.EmbeddingStd,
        };
        if (scores.KnnAccuracy is { } knn) metrics["knn_accuracy"] = knn;
        if (scores.LinearAccuracy is { } linear) metrics["linear_accuracy"] = linear;
        foreach ((string name, double value) in request.Metrics) metrics[name] = value;
        return metrics;
    }
}
