using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;

namespace Perennial.Learning.Tests.Evaluation;

public sealed class LinearSweepTests
{
    private const int Dimensions = 16, Classes = 8;

    [Fact]
    public void Classes_that_a_plane_divides_are_all_named_rightly()
    {
        (Embeddings train, int[] labels) = Clouds(400, spread: 0.2, seed: 1);
        (Embeddings test, int[] asked) = Clouds(200, spread: 0.2, seed: 2);
        LinearSweepResult result = new LinearSweep(epochs: 20).Measure(train, labels, test, asked, Classes, TestContext.Current.CancellationToken);
        Assert.Equal((1.0, 1.0), (result.Top1, result.Top5));
    }

    [Fact]
    public void Comes_close_to_logistic_regression_where_classes_overlap_and_the_first_five_hold_more()
    {
        (Embeddings train, int[] labels) = Clouds(2000, spread: 1.5, seed: 1);
        (Embeddings test, int[] asked) = Clouds(2000, spread: 1.5, seed: 2);
        LinearSweepResult result = new LinearSweep(epochs: 30).Measure(train, labels, test, asked, Classes, TestContext.Current.CancellationToken);
        double convex = LinearProbe.Measure(train, labels, test, asked, Classes, TestContext.Current.CancellationToken);
        Assert.InRange(convex, 0.3, 0.9);
        Assert.Equal(convex, result.Top1, 0.03);
        Assert.InRange(result.Top5, result.Top1 + 0.1, 1);
        Assert.Contains(result.Rate, LinearSweep.Rates);
    }

    [Fact]
    public void A_class_that_was_never_learned_counts_as_missed()
    {
        (Embeddings train, int[] labels) = Clouds(400, spread: 0.2, seed: 1);
        int[] unknown = [.. labels.Select(label => label < 4 ? -1 : label)];
        LinearSweepResult result = new LinearSweep(epochs: 20).Measure(train, labels, train, unknown, Classes, TestContext.Current.CancellationToken);
        Assert.Equal(0.5, result.Top1, 1e-9);
    }

    // A cloud around each unit axis, the classes in turn.
    private static (Embeddings Embeddings, int[] Labels) Clouds(int rows, double spread, int seed)
    {
        var random = new Random(seed);
        int[] labels = [.. Enumerable.Range(0, rows).Select(row => row % Classes)];
        float[] data = new float[rows * Dimensions];
        for (int i = 0; i < data.Length; i++)
        {
            double normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            data[i] = (float)((i % Dimensions == labels[i / Dimensions] ? 2 : 0) + spread * normal);
        }
        return (new Embeddings(data, rows, Dimensions), labels);
    }
}
