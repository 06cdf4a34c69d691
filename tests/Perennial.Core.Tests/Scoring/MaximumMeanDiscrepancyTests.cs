using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class MaximumMeanDiscrepancyTests
{
    private static readonly Embeddings X = Rows(6, (i, j) => Math.Sin(1 + (8 * i) + j)), Y = Rows(5, (i, j) => Math.Cos(0.3 + (0.7 * ((8 * i) + j))));

    // tests/Reference/mmd.py: plain Python, float64. The rows here are float32, so seven digits agree.
    [Theory]
    [InlineData(0.5, 0.011846410478225301), InlineData(1, 0.09698794167958658), InlineData(2.5, 0.09588106895504023)]
    public void MMD_agrees_with_the_reference(double bandwidth, double expected) => Assert.Equal(expected, MaximumMeanDiscrepancy.Squared(X, Y, bandwidth), 1e-7);

    [Fact]
    public void The_median_distance_agrees_with_the_reference_for_odd_and_even_numbers_of_pairs()
    {
        Assert.Equal(3.024255095475976, MaximumMeanDiscrepancy.MedianDistance(X), 1e-6); // 15 pairs
        Assert.Equal(2.4078946218053483, MaximumMeanDiscrepancy.MedianDistance(Y), 1e-6); // 10 pairs
    }

    [Fact]
    public void Two_equal_pairs_have_the_closed_form_of_the_unbiased_estimate()
    {
        Embeddings pair = new([0, 1], 2, 1); // k + k - 2 (2 + 2k) / 4 = k - 1, k = exp(-1/2)
        Assert.Equal(Math.Exp(-0.5) - 1, MaximumMeanDiscrepancy.Squared(pair, pair, 1), 1e-12);
    }

    [Fact]
    public void Points_infinitely_far_apart_reach_the_most_that_there_is() =>
        Assert.Equal(2, MaximumMeanDiscrepancy.Squared(new Embeddings([0, 0, 0], 3, 1), new Embeddings([1e6f, 1e6f], 2, 1), 1), 1e-12);

    [Fact]
    public void The_kernel_matrix_gives_the_same_sums()
    {
        double[][] kernel = MaximumMeanDiscrepancy.Kernel(X, 2.5);
        double mean = kernel.SelectMany((row, i) => row.Where((_, j) => i != j)).Average();
        double two = MaximumMeanDiscrepancy.Squared(X, new Embeddings([1e6f, 0, 0, 0, 0, 0, 0, 0, 2e6f, 0, 0, 0, 0, 0, 0, 0], 2, 8), 2.5); // alone: nothing else is near
        Assert.Equal(mean, two, 1e-12);
    }

    [Fact]
    public void Sets_that_cannot_be_compared_are_refused()
    {
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.Squared(X, new Embeddings([1, 2], 2, 1), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => MaximumMeanDiscrepancy.Squared(X, new Embeddings(new float[8], 1, 8), 1));
        Assert.Throws<ArgumentException>(() => MaximumMeanDiscrepancy.MedianDistance(new Embeddings([1, float.NaN], 2, 1)));
    }

    private static Embeddings Rows(int rows, Func<int, int, double> value) =>
        new([.. Enumerable.Range(0, rows).SelectMany(i => Enumerable.Range(0, 8).Select(j => (float)value(i, j)))], rows, 8);
}
