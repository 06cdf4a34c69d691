using Perennial.Core.Scoring;

namespace Perennial.Learning.Tests.Finetuning;

/// <summary>Unit vectors around one random direction a class, told apart the better the smaller the noise.</summary>
internal static class Blobs
{
    public static (Embeddings Embeddings, int[] Labels) Create(int[] imagesPerClass, int dimensions, double noise, int seed)
    {
        Random random = new(seed);
        double[][] centres = [.. imagesPerClass.Select(_ => Unit(Normal(random, dimensions)))];
        List<float> data = [];
        List<int> labels = [];
        for (int c = 0; c < imagesPerClass.Length; c++)
        {
            for (int i = 0; i < imagesPerClass[c]; i++)
            {
                double[] shift = Normal(random, dimensions);
                double[] point = Unit([.. centres[c].Select((value, d) => value + noise * shift[d] / Math.Sqrt(dimensions))]);
                data.AddRange(point.Select(value => (float)value));
                labels.Add(c);
            }
        }

        return (new Embeddings([.. data], labels.Count, dimensions), [.. labels]);
    }

    private static double[] Unit(double[] values)
    {
        double length = Math.Sqrt(values.Sum(value => value * value));
        return Array.ConvertAll(values, value => value / length);
    }

    private static double[] Normal(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
}
