using System.Text.Json;

namespace Perennial.Core.Tests.Scoring;

/// <summary>tests/Reference/losses.json: values of independent implementations, with the inputs that it describes.</summary>
internal static class ReferenceValues
{
    public const int Dimensions = 8;

    /// <summary>a[i,j] = sin(1 + 8i + j), [4, 8].</summary>
    public static double[] A { get; } = [.. Enumerable.Range(0, 32).Select(n => Math.Sin(1 + n))];

    /// <summary>b[i,j] = sin(1.5 + 1.1 (8i + j)), [4, 8].</summary>
    public static double[] B { get; } = [.. Enumerable.Range(0, 32).Select(n => Math.Sin(1.5 + (1.1 * n)))];

    /// <summary>queue[i,j] = cos(0.3 + 0.7 (8i + j)), [6, 8].</summary>
    public static double[] Queue { get; } = [.. Enumerable.Range(0, 48).Select(n => Math.Cos(0.3 + (0.7 * n)))];

    public static double Metric(string beginsWith)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Reference", "losses.json")));
        return document.RootElement.GetProperty("values").EnumerateArray()
            .Single(value => value.TryGetProperty("metric", out JsonElement metric) && metric.GetString()!.StartsWith(beginsWith, StringComparison.Ordinal))
            .GetProperty("value").GetDouble();
    }
}
