using System.Globalization;

namespace Perennial.Core.Scoring;

/// <summary>How an encoder's int8 variant was made and what it is worth beside float32 on the same held-out images: a part of <c>evaluation.json</c>.</summary>
public sealed record QuantizationReport
{
    /// <summary>Whether the generation has the variant.</summary>
    public required bool Admitted { get; init; }

    /// <summary>Why, in one sentence with the figures.</summary>
    public required string Reason { get; init; }

    /// <summary>How activations' ranges were chosen: "min-max", "percentile 99.99"; null where it did not come to that.</summary>
    public string? Calibration { get; init; }

    /// <summary>Mean cosine to float32 on calibration images held out, by way of choosing the ranges.</summary>
    public IReadOnlyDictionary<string, double> Candidates { get; init; } = new Dictionary<string, double>();

    /// <summary>Mean cosine to float32 on the held-out images, [-1, 1].</summary>
    public double? MeanCosine { get; init; }

    /// <summary>The lowest cosine of one of them.</summary>
    public double? LowestCosine { get; init; }

    /// <summary>Held-out images.</summary>
    public int Images { get; init; }

    /// <summary>kNN accuracy of the float32 encoder on them, [0, 1]; null without labels.</summary>
    public double? KnnFloat32 { get; init; }

    /// <summary>kNN accuracy of the int8 variant, bank and queries both embedded by it, [0, 1].</summary>
    public double? KnnInt8 { get; init; }

    /// <summary>For a log: "int8: mean cosine 0.9987, kNN 0.473 -> 0.472, admitted".</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (MeanCosine is { } cosine) parts.Add(string.Create(CultureInfo.InvariantCulture, $"mean cosine {cosine:F4}"));
        if (KnnFloat32 is { } before && KnnInt8 is { } after) parts.Add(string.Create(CultureInfo.InvariantCulture, $"kNN {before:F3} -> {after:F3}"));
        parts.Add(Admitted ? $"admitted ({Calibration})" : $"left out: {Reason}");
        return "int8: " + string.Join(", ", parts);
    }
}
