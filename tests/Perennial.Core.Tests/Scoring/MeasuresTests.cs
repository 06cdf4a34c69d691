using CsCheck;
using Perennial.Core.Scoring;
using static Perennial.Core.Tests.Scoring.ReferenceValues;

namespace Perennial.Core.Tests.Scoring;

public sealed class MeasuresTests
{
    private const double Exactly = 1e-8;

    [Fact]
    public void Alignment_agrees_with_the_reference() => Assert.Equal(Metric("alignment"), Alignment.Measure(A, B, Dimensions), Exactly);

    [Fact]
    public void Uniformity_agrees_with_the_reference() => Assert.Equal(Metric("uniformity"), Uniformity.Measure(A, Dimensions), Exactly);

    [Fact]
    public void EmbeddingStd_agrees_with_the_reference() => Assert.Equal(Metric("mean std"), EmbeddingStd.Measure(A, Dimensions), Exactly);

    [Fact]
    public void RankMe_agrees_with_LAPACK_on_a_matrix_of_rank_six() =>
        // numpy 1.24.2, float64: s = linalg.svd(Z, compute_uv=False); p = s / s.sum() + 1e-7; exp(-(p * log(p)).sum())
        Assert.Equal(3.901992441515537, RankMe.Measure([.. A, .. B, .. Queue], Dimensions), Exactly);

    [Fact]
    public void The_reference_for_RankMe_counts_fourteen_values_where_a_14x8_matrix_has_eight()
    {
        // losses.json took the eigenvalues of the 14x14 Gram matrix: six more zeros, each with its 1e-7, and rounding noise of that size.
        double[] values = [.. SingularValues.Of([.. A, .. B, .. Queue], Dimensions), 0, 0, 0, 0, 0, 0];
        double entropy = values.Select(value => (value / values.Sum()) + 1e-7).Sum(p => -p * Math.Log(p));

        Assert.Equal(Metric("RankMe"), Math.Exp(entropy), 1e-6);
    }

    [Fact]
    public void Identical_views_are_perfectly_aligned_and_opposite_ones_are_two_apart()
    {
        Embeddings views = Random(9, 5, 1);
        Embeddings opposite = new([.. views.Data.Select(value => -3 * value)], 9, 5);

        Assert.Equal(0, Alignment.Measure(views, views));
        Assert.Equal(4, Alignment.Measure(views, opposite), 1e-12);
    }

    [Fact]
    public void Uniformity_of_a_square_is_known_in_closed_form()
    {
        // four unit vectors at right angles: 4 pairs with d² = 2, 2 pairs with d² = 4
        Embeddings square = new([1, 0, 0, 1, -1, 0, 0, -1], 4, 2);
        Assert.Equal(Math.Log(((4 * Math.Exp(-4)) + (2 * Math.Exp(-8))) / 6), Uniformity.Measure(square), 1e-14);
    }

    [Fact]
    public void Uniformity_agrees_with_a_naive_loop_whatever_the_shape() =>
        Gen.Select(Gen.Int[2, 200], Gen.Int[1, 20], Gen.Int).Sample((rows, dimensions, seed) =>
        {
            Embeddings embeddings = Random(rows, dimensions, seed);
            Assert.Equal(NaiveUniformity(embeddings), Uniformity.Measure(embeddings), 1e-12);
        }, iter: 60);

    [Fact]
    public void A_collapsed_encoder_shows_in_every_measure()
    {
        Embeddings collapsed = new([.. Enumerable.Repeat<float[]>([3, -4, 12], 70).SelectMany(row => row)], 70, 3);

        Assert.Equal(0, Alignment.Measure(collapsed, collapsed));
        Assert.Equal(0, Uniformity.Measure(collapsed), 1e-12);
        Assert.Equal(0, EmbeddingStd.Measure(collapsed), 1e-12);
        Assert.Equal(1, RankMe.Measure(collapsed), 1e-4);
    }

    [Fact]
    public void Evenly_spread_embeddings_have_full_rank_and_a_deviation_of_one_over_the_root_of_the_dimension()
    {
        float[] rows = new float[16 * 8]; // ± each unit vector
        for (int d = 0; d < 8; d++)
            (rows[(2 * d * 8) + d], rows[(((2 * d) + 1) * 8) + d]) = (2, -2);
        Embeddings even = new(rows, 16, 8);

        Assert.Equal(8, RankMe.Measure(even), 1e-4);
        Assert.Equal(Math.Sqrt(2.0 / 15), EmbeddingStd.Measure(even), 1e-7);
    }

    [Fact]
    public void A_matrix_of_zeros_has_the_lowest_rank() => Assert.Equal(1, RankMe.Measure(new Embeddings(new float[12], 3, 4)));

    [Fact]
    public void Values_that_are_not_finite_are_refused_and_not_averaged()
    {
        Embeddings bad = new([1, 0, float.NaN, 1], 2, 2);
        Assert.Throws<ArgumentException>(() => Alignment.Measure(bad, bad));
        Assert.Throws<ArgumentException>(() => Uniformity.Measure(bad));
        Assert.Throws<ArgumentException>(() => EmbeddingStd.Measure(bad));
        Assert.Throws<ArgumentException>(() => RankMe.Measure(bad));
    }

    [Fact]
    public void Too_few_rows_or_unequal_shapes_are_refused()
    {
        Embeddings one = new([1, 0], 1, 2), none = new([], 0, 2);
        Assert.Throws<ArgumentException>(() => Uniformity.Measure(one));
        Assert.Throws<ArgumentException>(() => EmbeddingStd.Measure(one));
        Assert.Throws<ArgumentException>(() => Alignment.Measure(one, none));
        Assert.Throws<ArgumentException>(() => RankMe.Measure(none));
        Assert.Throws<ArgumentException>(() => new Embeddings([1, 2, 3], 2, 2));
    }

    internal static Embeddings Random(int rows, int dimensions, int seed)
    {
        Random random = new(seed);
        return new Embeddings([.. Enumerable.Range(0, rows * dimensions).Select(_ => (random.NextSingle() * 2) - 1)], rows, dimensions);
    }

    private static double NaiveUniformity(Embeddings embeddings)
    {
        double sum = 0;
        long pairs = 0;
        for (int i = 0; i < embeddings.Rows; i++)
        {
            for (int j = i + 1; j < embeddings.Rows; j++, pairs++)
                sum += Math.Exp(-2 * SquaredDistance(embeddings.Row(i), embeddings.Row(j)));
        }
        return Math.Log(sum / pairs);
    }

    private static double SquaredDistance(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double lengthX = 0, lengthY = 0, sum = 0;
        for (int d = 0; d < x.Length; d++)
            (lengthX, lengthY) = (lengthX + ((double)x[d] * x[d]), lengthY + ((double)y[d] * y[d]));
        for (int d = 0; d < x.Length; d++)
            sum += Math.Pow((x[d] / Math.Sqrt(lengthX)) - (y[d] / Math.Sqrt(lengthY)), 2);
        return sum;
    }
}
