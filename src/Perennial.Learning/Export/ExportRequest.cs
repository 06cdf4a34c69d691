using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Scoring;
using Perennial.Learning.Export.Quantization;
using Perennial.Learning.Finetuning;
using Perennial.Learning.Networks;

namespace Perennial.Learning.Export;

/// <summary>What a generation is made of: a new encoder or that of an earlier generation, a classifier or none, and where they come from.</summary>
public sealed record ExportRequest
{
    /// <summary>A new encoder, which the caller keeps; null when <see cref="EncoderFrom"/> is given.</summary>
    public Encoder? Encoder { get; init; }

    /// <summary>The generation whose encoder is kept: its encoder files are copied byte for byte, so the digest and the vectors stay valid.</summary>
    public GenerationFolder? EncoderFrom { get; init; }

    /// <summary>The classifier, which the caller keeps; null for none.</summary>
    public ClassifierHead? Classifier { get; init; }

    /// <summary>The classifier's classes in the order of its outputs; empty without one.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Images for half of the probes, decoded with the encoder's preprocessing; null records made-up ones only. Not needed with <see cref="EncoderFrom"/>.</summary>
    public TileSet? ProbeTiles { get; init; }

    /// <summary>Rows of <see cref="ProbeTiles"/> to choose from; null for all.</summary>
    public IReadOnlyList<int>? ProbeRows { get; init; }

    /// <summary>Images to calibrate and judge an int8 variant; null writes none. With <see cref="EncoderFrom"/> it is made where that generation never tried.</summary>
    public CalibrationImages? Calibration { get; init; }

    /// <summary>Pretraining method: "simclr", ...</summary>
    public required string Method { get; init; }

    /// <summary>The recipe as run, every value spelled out.</summary>
    public required string RecipeYaml { get; init; }

    /// <summary>What it was trained on.</summary>
    public required CorpusSummary Corpus { get; init; }

    /// <summary>All scores and the verdict.</summary>
    public required EvaluationReport Evaluation { get; init; }

    /// <summary>Further headline figures for the manifest, such as the classifier's accuracy.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Generation whose weights training started from.</summary>
    public int? Parent { get; init; }

    /// <summary>Id of the run.</summary>
    public string? Run { get; init; }

    /// <summary>Seeds by name.</summary>
    public IReadOnlyDictionary<string, long> Seeds { get; init; } = new Dictionary<string, long>();

    /// <summary>From the start of the run to now.</summary>
    public TimeSpan Duration { get; init; }
}
