using System.Text.Json;

namespace Perennial.Core.Scoring;

/// <summary>The old and the new encoder on the same held-out images, and what follows from it: <c>evaluation.json</c> of a generation.</summary>
public sealed record EvaluationReport
{
    /// <summary>The serving generation's scores; null when there was none.</summary>
    public Scores? Old { get; init; }

    public required Scores New { get; init; }

    /// <summary>Null without labels.</summary>
    public Baselines? Baselines { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The int8 variant beside float32; null where none was tried.</summary>
    public QuantizationReport? Quantization { get; init; }

    /// <exception cref="InvalidDataException">The file is not an evaluation report.</exception>
    public static EvaluationReport Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), EvaluationJson.Default.EvaluationReport)
                ?? throw new InvalidDataException($"{path} is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{path} is not an evaluation report: {exception.Message}", exception);
        }
    }

    public void Write(string path) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, EvaluationJson.Default.EvaluationReport));
}
