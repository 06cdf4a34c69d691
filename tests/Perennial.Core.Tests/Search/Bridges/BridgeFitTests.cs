using System.Numerics.Tensors;
using Perennial.Core.Scoring;
using Perennial.Core.Search;
using Perennial.Core.Search.Bridges;

namespace Perennial.Core.Tests.Search.Bridges;

public sealed class BridgeFitTests
{
    [Theory]
    [InlineData(8, 8)]
    [InlineData(6, 9)]  // into more dimensions
    [InlineData(33, 33)]
    public void A_space_that_was_only_turned_is_mapped_back_exactly(int from, int to)
    {
        Random random = new(1);
        Embeddings x = Samples.UnitRows(400, from, random);
        double[][] rotation = Samples.OrthonormalRows(from, to, random); // [from, to]
        Embeddings y = Samples.Map(x, rotation);
        foreach (AffineMap map in new[] { BridgeFit.Procrustes(x, y), BridgeFit.Ridge(x, y).Map })
        {
            for (int row = 0; row < x.Rows; row++) Assert.Equal(1, TensorPrimitives.Dot<float>(map.Apply(x.Row(row))!, y.Row(row)), 1e-4f);
        }
    }

    // The rotation is the one that maximises tr(RᵀM); the maximum is the sum of the singular values of M, which another algorithm finds.
    [Theory]
    [InlineData(5, 5, 5)]
    [InlineData(40, 40, 40)]
    [InlineData(12, 7, 7)]
    [InlineData(16, 16, 3)] // of low rank
    public void The_polar_factor_reaches_the_sum_of_the_singular_values(int rows, int columns, int rank)
    {
        double[] matrix = Samples.OfRank(rows, columns, rank, new Random(2));
        double[] factor = PolarFactor.Of(matrix, columns, TestContext.Current.CancellationToken);
        double expected = SingularValues.Of(matrix, columns).Sum();
        Assert.Equal(expected, TensorPrimitives.Dot<double>(factor, matrix), 1e-9 * expected);
        if (rank < columns) return;
        double[] gram = Products.TransposeTimes(factor, columns, factor, columns, TestContext.Current.CancellationToken);
        for (int i = 0; i < columns * columns; i++) Assert.Equal(i % (columns + 1) == 0 ? 1 : 0, gram[i], 1e-9);
    }

    [Fact]
    public void An_affine_change_is_undone_by_ridge_and_not_by_a_rotation()
    {
        Random random = new(3);
        Embeddings x = Samples.UnitRows(2000, 10, random);
        double[][] stretch = [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 14).Select(_ => Samples.Normal(random) * (i + 1)).ToArray())];
        Embeddings y = Samples.Map(x, stretch);
        (double ridge, double rotation) = (MeanCosine(BridgeFit.Ridge(x, y).Map, x, y), MeanCosine(BridgeFit.Procrustes(x, y), x, y));
        Assert.InRange(ridge, 0.97, 1);
        Assert.InRange(rotation, 0, ridge - 0.01);
    }

    [Fact]
    public void Ridge_solves_its_normal_equations()
    {
        Random random = new(4);
        Embeddings x = Samples.UnitRows(60, 4, random), y = Samples.UnitRows(60, 3, random);
        (AffineMap map, double penalty) = BridgeFit.Ridge(x, y);
        double[] meanX = Mean(x), meanY = Mean(y);
        double spread = 0;
        for (int row = 0; row < 60; row++)
        {
            for (int d = 0; d < 4; d++) spread += Math.Pow(x.Row(row)[d] - meanX[d], 2);
        }
        double lambda = penalty * spread / 4;
        for (int i = 0; i < 4; i++)
        {
            for (int j = 0; j < 3; j++)
            {
                double gradient = -lambda * map.Weights[(i * 3) + j];
                for (int row = 0; row < 60; row++)
                {
                    double predicted = map.Offset[j];
                    for (int d = 0; d < 4; d++) predicted += x.Row(row)[d] * map.Weights[(d * 3) + j];
                    gradient += (x.Row(row)[i] - meanX[i]) * (y.Row(row)[j] - predicted);
                }
                Assert.Equal(0, gradient, 1e-4);
            }
        }
        for (int j = 0; j < 3; j++) // the means are mapped onto one another
        {
            double mapped = map.Offset[j];
            for (int d = 0; d < 4; d++) mapped += meanX[d] * map.Weights[(d * 3) + j];
            Assert.Equal(meanY[j], mapped, 1e-5);
        }
    }

    [Fact]
    public void Vectors_that_are_all_the_same_make_a_map_that_leads_to_the_mean()
    {
        Embeddings x = new([.. Enumerable.Repeat(new[] { 1f, 0f }, 60).SelectMany(row => row)], 60, 2), y = Samples.UnitRows(60, 2, new Random(5));
        foreach (AffineMap map in new[] { BridgeFit.Procrustes(x, y), BridgeFit.Ridge(x, y).Map })
        {
            float[] mapped = map.Apply([1f, 0f])!;
            double[] mean = Mean(y);
            Assert.Equal(mean[0] / Math.Sqrt((mean[0] * mean[0]) + (mean[1] * mean[1])), mapped[0], 1e-4);
        }
    }

    [Fact]
    public void What_cannot_be_fitted_is_refused()
    {
        Random random = new(6);
        Embeddings x = Samples.UnitRows(20, 4, random), spoilt = Samples.UnitRows(20, 4, random);
        spoilt.Data[7] = float.NaN;
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => BridgeFit.Ridge(x, spoilt)).Message);
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => BridgeFit.Procrustes(spoilt, x)).Message);
        Assert.Throws<ArgumentException>(() => BridgeFit.Ridge(x, Samples.UnitRows(19, 4, random)));
        Assert.Throws<ArgumentOutOfRangeException>(() => BridgeFit.Procrustes(Samples.UnitRows(1, 4, random), Samples.UnitRows(1, 4, random)));
        Assert.Throws<DimensionMismatchException>(() => BridgeFit.Procrustes(x, x).Apply(new float[5]));
    }

    private static double MeanCosine(AffineMap map, Embeddings x, Embeddings y) =>
        Enumerable.Range(0, x.Rows).Average(row => TensorPrimitives.CosineSimilarity(map.Apply(x.Row(row))!, y.Row(row)));

    private static double[] Mean(Embeddings rows) =>
        [.. Enumerable.Range(0, rows.Dimensions).Select(d => Enumerable.Range(0, rows.Rows).Average(row => (double)rows.Row(row)[d]))];
}
