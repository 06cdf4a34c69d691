using CsCheck;
using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class SingularValuesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(33)]
    [InlineData(100)]
    public void The_second_difference_matrix_has_its_known_values(int n)
    {
        double[] rows = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            rows[(i * n) + i] = 2;
            if (i > 0)
                rows[(i * n) + i - 1] = rows[((i - 1) * n) + i] = -1;
        }
        double[] expected = [.. Enumerable.Range(1, n).Select(k => 2 - (2 * Math.Cos(k * Math.PI / (n + 1)))).OrderDescending()];

        AssertClose(expected, SingularValues.Of(rows, n), 1e-12);
    }

    [Fact]
    public void A_matrix_made_from_chosen_values_gives_them_back_also_when_some_are_zero() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 20], Gen.Int).Sample((rows, dimensions, zeros, seed) =>
        {
            Random random = new(seed);
            int n = Math.Min(rows, dimensions);
            double[] chosen = [.. Enumerable.Range(0, n).Select(i => i < n - zeros ? Math.Pow(10, -6 * random.NextDouble()) : 0).OrderDescending()];
            double[,] matrix = new double[rows, dimensions];
            for (int i = 0; i < n; i++)
                matrix[i, i] = chosen[i];
            for (int reflection = 0; reflection < 3; reflection++)
            {
                ReflectRows(matrix, random);
                ReflectColumns(matrix, random);
            }
            AssertClose(chosen, SingularValues.Of([.. matrix.Cast<double>()], dimensions), 1e-13);
        }, iter: 200);

    [Fact]
    public void Very_large_values_do_not_overflow_and_small_ones_beside_them_stay()
    {
        double[] values = SingularValues.Of([1e150, 0, 0, 0, 1e142, 0, 0, 0, 1e134], 3);
        Assert.Equal(1, values[1] / 1e142, 1e-12);
        Assert.Equal(1, values[2] / 1e134, 1e-12);
    }

    [Fact]
    public void A_value_of_a_billionth_beside_one_of_three_keeps_its_digits()
    {
        double c = Math.Cos(0.7), s = Math.Sin(0.7); // a rotation times diag(3, 1e-9); the Gram matrix would lose the small one altogether
        Assert.Equal(1e-9, SingularValues.Of([3 * c, -1e-9 * s, 3 * s, 1e-9 * c], 2)[1], 1e-17);
    }

    [Fact]
    public void A_matrix_and_its_transpose_have_the_same_values()
    {
        double[] rows = [1, 2, 3, 4, 5, 6], transposed = [1, 4, 2, 5, 3, 6];
        AssertClose(SingularValues.Of(rows, 3), SingularValues.Of(transposed, 2), 1e-14);
        Assert.Equal(Math.Sqrt(91), Math.Sqrt(SingularValues.Of(rows, 3).Sum(value => value * value)), 1e-13);
    }

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], tolerance);
    }

    private static double[] UnitVector(int length, Random random)
    {
        double[] vector = [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
        double norm = Math.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / norm)];
    }

    private static void ReflectRows(double[,] matrix, Random random)
    {
        double[] v = UnitVector(matrix.GetLength(0), random);
        for (int j = 0; j < matrix.GetLength(1); j++)
        {
            double dot = v.Select((value, i) => value * matrix[i, j]).Sum();
            for (int i = 0; i < v.Length; i++)
                matrix[i, j] -= 2 * dot * v[i];
        }
    }

    private static void ReflectColumns(double[,] matrix, Random random)
    {
        double[] v = UnitVector(matrix.GetLength(1), random);
        for (int i = 0; i < matrix.GetLength(0); i++)
        {
            double dot = v.Select((value, j) => value * matrix[i, j]).Sum();
            for (int j = 0; j < v.Length; j++)
                matrix[i, j] -= 2 * dot * v[j];
        }
    }
}
