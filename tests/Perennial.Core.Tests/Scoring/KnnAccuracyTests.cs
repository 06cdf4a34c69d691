using CsCheck;
using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class KnnAccuracyTests
{
    [Fact]
    public void Predictions_are_those_of_a_naive_loop_whatever_the_shape() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Int[1, 12], Gen.Int[1, 30], Gen.Int[1, 4], Gen.Int).Sample((bankRows, queryRows, dimensions, k, classes, seed) =>
        {
            Embeddings bank = MeasuresTests.Random(bankRows, dimensions, seed), queries = MeasuresTests.Random(queryRows, dimensions, seed + 1);
            int[] labels = Labels(bankRows, classes, seed);
            Assert.Equal(Naive(bank, labels, queries, classes, k, 0.1), KnnAccuracy.Predict(bank, labels, queries, classes, k, 0.1));
        }, iter: 100);

    [Fact]
    public void A_near_neighbour_outvotes_two_far_ones_by_its_weight()
    {
        // cosines with the query: 1 for label 0; 0.6 and 0.6 for label 1
        Embeddings bank = new([1, 0, 0.6f, 0.8f, 0.6f, -0.8f], 3, 2), query = new([2, 0], 1, 2);
        int[] labels = [0, 1, 1];

        Assert.Equal([0], KnnAccuracy.Predict(bank, labels, query, 2, k: 3, temperature: 0.1)); // e^4 > 2
        Assert.Equal([1], KnnAccuracy.Predict(bank, labels, query, 2, k: 3, temperature: 1)); // e^0.4 < 2
        Assert.Equal([0], KnnAccuracy.Predict(bank, labels, query, 2, k: 1, temperature: 1));
    }

    [Fact]
    public void Accuracy_is_the_share_of_right_predictions()
    {
        Embeddings bank = new([1, 0, 0, 1], 2, 2), queries = new([1, 0.1f, 0.1f, 1, 1, 0.2f, 0.2f, 1], 4, 2);

        Assert.Equal(0.75, KnnAccuracy.Measure(bank, [0, 1], queries, [0, 1, 0, 0], classes: 2, k: 1));
    }

    [Fact]
    public void A_small_temperature_does_not_overflow()
    {
        Embeddings bank = new([1, 0, 0, 1], 2, 2);
        Assert.Equal([0, 1], KnnAccuracy.Predict(bank, [0, 1], bank, 2, k: 2, temperature: 1e-4));
    }

    [Fact]
    public void Equal_neighbours_and_equal_votes_go_to_the_first()
    {
        Embeddings bank = new([1, 0, 1, 0, 1, 0], 3, 2), query = new([1, 0], 1, 2);
        Assert.Equal([2], KnnAccuracy.Predict(bank, [2, 1, 0], query, 3, k: 1));
        Assert.Equal([1], KnnAccuracy.Predict(bank, [2, 1, 0], query, 3, k: 2));
    }

    [Fact]
    public void Arguments_that_cannot_be_right_are_refused()
    {
        Embeddings two = new([1, 0, 0, 1], 2, 2), none = new([], 0, 2), wide = new([1, 0, 0], 1, 3);
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(two, [0], two, 2));
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(two, [0, 2], two, 2));
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(two, [0, -1], two, 2));
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(two, [0, 1], wide, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Predict(none, [], two, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Predict(two, [0, 1], two, 2, k: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Predict(two, [0, 1], two, 2, temperature: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Measure(two, [0, 1], none, [], 2));
        Assert.Empty(KnnAccuracy.Predict(two, [0, 1], none, 2));
    }

    private static int[] Labels(int count, int classes, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(classes))];
    }

    private static int[] Naive(Embeddings bank, int[] labels, Embeddings queries, int classes, int k, double temperature) =>
        [.. Enumerable.Range(0, queries.Rows).Select(query =>
        {
            (double Cosine, int Row)[] nearest = [.. Enumerable.Range(0, bank.Rows)
                .Select(row => (Cosine: Cosine(queries.Row(query), bank.Row(row)), Row: row))
                .OrderByDescending(pair => pair.Cosine).ThenBy(pair => pair.Row).Take(k)];
            return Enumerable.Range(0, classes).MaxBy(label => nearest.Where(pair => labels[pair.Row] == label).Sum(pair => Math.Exp(pair.Cosine / temperature)));
        })];

    internal static double Cosine(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double lengthX = 0, lengthY = 0, sum = 0;
        for (int d = 0; d < x.Length; d++)
            (lengthX, lengthY, sum) = (lengthX + ((double)x[d] * x[d]), lengthY + ((double)y[d] * y[d]), sum + ((double)x[d] * y[d]));
        // Whole ties (a row met twice, one dimension) must stay ties in spite of rounding.
        return Math.Round(sum / Math.Sqrt(lengthX * lengthY), 12);
    }
}
