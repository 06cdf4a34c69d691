namespace Perennial.Learning.Tests.Export;

/// <summary>How near two sets of rows are: the smallest cosine of a pair of rows and the largest difference of a component.</summary>
internal readonly record struct Agreement(double MinCosine, double MaxDifference)
{
    public static Agreement Of(float[] expected, float[] actual, int rows)
    {
        Assert.Equal(expected.Length, actual.Length);
        int dimensions = expected.Length / rows;
        Agreement worst = new(1, 0);
        for (int row = 0; row < rows; row++)
        {
            (double dot, double a, double b, double difference) = (0, 0, 0, 0);
            for (int i = row * dimensions; i < (row + 1) * dimensions; i++)
            {
                dot += (double)expected[i] * actual[i];
                a += (double)expected[i] * expected[i];
                b += (double)actual[i] * actual[i];
                difference = Math.Max(difference, Math.Abs((double)expected[i] - actual[i]));
            }

            worst = new(Math.Min(worst.MinCosine, dot / Math.Sqrt(a * b)), Math.Max(worst.MaxDifference, difference));
        }

        return worst;
    }
}
