using Perennial.Background;
using Perennial.Core.Generations;
using Perennial.Core.Images;

namespace Perennial.Endpoints.Contracts;

/// <summary>A generation: where it comes from, what it is and what it is worth.</summary>
public sealed record GenerationResponse
{
    public required int Number { get; init; }

    /// <summary>The embedding space: vectors may be compared within one digest only.</summary>
    public required string Digest { get; init; }

    /// <summary>Whether it answers now.</summary>
    public required bool Serving { get; init; }

    /// <summary>Whether it is kept ready for a rollback.</summary>
    public required bool Retained { get; init; }

    /// <summary>What its encoder runs on, e.g. "onnxruntime-cpu-fp32"; null where it neither answers nor is kept ready.</summary>
    public string? Engine { get; init; }

    public int? Parent { get; init; }

    public string? Run { get; init; }

    public required string Method { get; init; }

    public required BackboneDescription Backbone { get; init; }

    public required int Dimensions { get; init; }

    public required Preprocessing Preprocessing { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required CorpusSummary Corpus { get; init; }

    /// <summary>Scores by name.</summary>
    public required IReadOnlyDictionary<string, double> Scores { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required double DurationSeconds { get; init; }

    internal static GenerationResponse Of(GenerationFolder folder, StagedGeneration? serving, StagedGeneration? retained)
    {
        GenerationManifest manifest = folder.Manifest;
        return new GenerationResponse
        {
            Number = manifest.Number,
            Digest = manifest.Digest,
            Serving = manifest.Number == serving?.Number,
            Retained = manifest.Number == retained?.Number,
            Engine = new[] { serving, retained }.FirstOrDefault(staged => staged?.Number == manifest.Number)?.Deployment.Generation.Encoder.Name,
            Parent = manifest.Parent,
            Run = manifest.Run,
            Method = manifest.Method,
            Backbone = manifest.Backbone,
            Dimensions = manifest.Dimensions,
            Preprocessing = manifest.Preprocessing,
            Labels = manifest.Labels,
            Corpus = manifest.Corpus,
            Scores = manifest.Metrics,
            Created = manifest.Created,
            DurationSeconds = manifest.DurationSeconds,
        };
    }
}
