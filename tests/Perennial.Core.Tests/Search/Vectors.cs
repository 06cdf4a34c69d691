using System.Text.Json.Nodes;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Unit vectors and points for tests, the same for the same seed.</summary>
internal static class Vectors
{
    public const string Digest = "sha256:00000000000000000000000000000000000000000000000000000000000000aa";

    public static float[] Unit(int dimensions, int seed)
    {
        Random random = new(seed);
        double[] values = [.. Enumerable.Range(0, dimensions).Select(_ => (random.NextDouble() * 2) - 1)];
        double length = Math.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => (float)(value / length))];
    }

    public static VectorPoint Point(string id, int dimensions, int seed, string? label = null, string? metadata = null) =>
        new(id, Unit(dimensions, seed), label, metadata is null ? null : JsonNode.Parse(metadata)!.AsObject());

    public static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
            sum += (double)x[i] * y[i];
        return sum;
    }
}
