using Perennial.Core.Generations;
using Perennial.Core.Images;

namespace Perennial.Inference.Tests.Models;

/// <summary>Composes generation folders around a tiny encoder, with whatever a test wants to be wrong in them.</summary>
internal sealed class TinyGeneration
{
    public const int Probes = 16;

    public TinyEncoder Encoder { get; init; } = new(size: 8);

    public TinyClassifier? Classifier { get; init; }

    /// <summary>Null: the encoder's own file.</summary>
    public byte[]? EncoderFile { get; init; }

    /// <summary>Null: the classifier's own file.</summary>
    public byte[]? ClassifierFile { get; init; }

    /// <summary>Null: what plain arithmetic answers to <see cref="Images"/>.</summary>
    public Func<SafeTensor[], SafeTensor[]>? ChangeProbes { get; init; }

    public Func<GenerationManifest, GenerationManifest>? ChangeManifest { get; init; }

    /// <summary>Called with the draft's folder before it is committed.</summary>
    public Action<string>? ChangeFiles { get; init; }

    public float[] Images => Encoder.Images(Probes);

    public float[] Embeddings => Encoder.EmbedAll(Images);

    public GenerationFolder CommitTo(string models)
    {
        using GenerationDraft draft = new GenerationStore(models).Begin();
        Write(draft, GenerationFiles.Encoder, EncoderFile ?? Encoder.ToOnnx());
        if (Classifier is not null)
            Write(draft, GenerationFiles.Classifier, ClassifierFile ?? Classifier.ToOnnx());
        SafeTensor[] probes = RecordedProbes();
        Safetensors.Write(Path.Combine(draft.Path, GenerationFiles.Probes), ChangeProbes?.Invoke(probes) ?? probes);
        ChangeFiles?.Invoke(draft.Path);
        return draft.Commit((number, files) => (ChangeManifest ?? (manifest => manifest))(new GenerationManifest
        {
            Number = number,
            Digest = "sha256:" + files[GenerationFiles.Encoder],
            Files = files,
            Method = "simclr",
            RecipeYaml = "method: simclr\n",
            Corpus = new CorpusSummary(new string('0', 64), 10, 9, 1, 0),
            Backbone = new BackboneDescription("resnet10", 16, "small"),
            Dimensions = Encoder.Dimensions,
            Preprocessing = new Preprocessing { Size = Encoder.Size },
            Labels = Classifier is null ? [] : [.. Enumerable.Range(0, Classifier.Classes).Select(c => $"class {c}")],
            Created = DateTimeOffset.UnixEpoch,
            Tolerance = new Dictionary<string, ProbeTolerance> { ["fp32"] = new(0.99999, 1e-4) },
        }));
    }

    private SafeTensor[] RecordedProbes()
    {
        List<SafeTensor> probes =
        [
            SafeTensor.F32("image", [Probes, 3, Encoder.Size, Encoder.Size], Images),
            SafeTensor.F32("embedding", [Probes, Encoder.Dimensions], Embeddings),
        ];
        if (Classifier is not null)
            probes.Add(SafeTensor.F32("probabilities", [Probes, Classifier.Classes], Classifier.Classify(Embeddings)));
        return [.. probes];
    }

    private static void Write(GenerationDraft draft, string name, byte[] bytes) => File.WriteAllBytes(Path.Combine(draft.Path, name), bytes);
}
