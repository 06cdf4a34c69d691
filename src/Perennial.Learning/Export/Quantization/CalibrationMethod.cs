using System.Globalization;

namespace Perennial.Learning.Export.Quantization;

/// <summary>How the range of an activation follows from what was seen of it.</summary>
/// <param name="Percentile">Share of the values that the range covers, in percent; what lies outside is cut to its limits. 100 is all: min-max.</param>
internal readonly record struct CalibrationMethod(double Percentile)
{
    /// <summary>Those that are tried.</summary>
    public static IReadOnlyList<CalibrationMethod> All { get; } = [new(100), new(99.99), new(99.9)];

    public override string ToString() => Percentile >= 100 ? "min-max" : string.Create(CultureInfo.InvariantCulture, $"percentile {Percentile}");
}
