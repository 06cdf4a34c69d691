using Perennial.Core.Images;

namespace Perennial.Core.Generations;

/// <summary>
/// What a generation is, where it comes from and the digest of each of its files: <c>manifest.json</c>.
/// The digest of the encoder names the embedding space, so two generations with one encoder and different classifiers share their vectors.
/// </summary>
public sealed record GenerationManifest
{
    /// <summary>The layout that this version writes, and the only one that it reads.</summary>
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>1, 2, 3, ... in order of commit; the folder is gen-NNNNNN.</summary>
    public required int Number { get; init; }

    /// <summary>"sha256:" and the hexadecimal SHA-256 of <see cref="GenerationFiles.Encoder"/>'s bytes.</summary>
    public required string Digest { get; init; }

    /// <summary>File name to the hexadecimal SHA-256 of its bytes; every file of the folder but the manifest.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    /// <summary>Generation whose weights training started from; null when it started from random weights or elsewhere.</summary>
    public int? Parent { get; init; }

    /// <summary>Id of the run that made it.</summary>
    public string? Run { get; init; }

    /// <summary>Pretraining method: "simclr", "byol", ...</summary>
    public required string Method { get; init; }

    /// <summary>The recipe as run, every value spelled out.</summary>
    public required string RecipeYaml { get; init; }

    public required CorpusSummary Corpus { get; init; }

    public required BackboneDescription Backbone { get; init; }

    /// <summary>Length D of an embedding.</summary>
    public required int Dimensions { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    /// <summary>The classifier's classes in the order of its outputs; empty without a classifier.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The encoder's variants: "fp32", "fp16", ...</summary>
    public IReadOnlyList<string> Precisions { get; init; } = ["fp32"];

    /// <summary>Headline scores by name; all of them are in <see cref="GenerationFiles.Evaluation"/>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    public required DateTimeOffset Created { get; init; }

    /// <summary>Seconds from the start of the run to the commit.</summary>
    public double DurationSeconds { get; init; }

    public IReadOnlyDictionary<string, long> Seeds { get; init; } = new Dictionary<string, long>();

    /// <summary>Program and library versions by name.</summary>
    public IReadOnlyDictionary<string, string> Versions { get; init; } = new Dictionary<string, string>();

    /// <summary>Allowed deviation on the probes, by precision ("fp32", "fp16", ...).</summary>
    public IReadOnlyDictionary<string, ProbeTolerance> Tolerance { get; init; } = new Dictionary<string, ProbeTolerance>();
}
