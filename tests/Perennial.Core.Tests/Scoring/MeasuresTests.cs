using System.Text.Json.Nodes;
using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

/// <summary>Against tests/Reference/losses.json (other implementations, float64), closed forms and naive loops.</summary>
public sealed class MeasuresTests
{
    private const double Within = 1e-8;

    private static readonly Matrix A = Rows(4, (i, j) => Math.Sin(1 + 8 * i + j));
    private static readonly Matrix B = Rows(4, (i, j) => Math.Sin(1.5 + 1.1 * (8 * i + j)));
    private static readonly Matrix Queue = Rows(6, (i, j) => Math.Cos(0.3 + 0.7 * (8 * i + j)));

    [Fact]
    public void Alignment_matches_the_reference() => Assert.Equal(Reference("alignment"), Alignment.Measure(A, B), Within);

    [Fact]
    public void Uniformity_matches_the_reference() => Assert.Equal(Reference("uniformity"), Uniformity.Measure(A), Within);

    [Fact]
    public void The_standard_deviation_of_unit_rows_matches_the_reference() => Assert.Equal(Reference("mean std"), EmbeddingStd.Measure(A), Within);

    /// <summary>
    /// 3.901992441515537 is NumPy 1.24's <c>svd</c> in float64 with the paper's min(N, D) = 8 singular values. losses.json has 3.90203074, which
    /// comes out of the 14 eigenvalues of the 14 x 14 Gram matrix, eight of which are rounding noise (their roots are about 1e-8): it agrees to 4e-5 only.
    /// </summary>
    [Fact]
    public void RankMe_of_a_rank_deficient_matrix_matches_a_float64_singular_value_decomposition()
    {
        double rank = RankMe.Measure(Stacked(A, B, Queue));
        Assert.Equal(3.901992441515537, rank, Within);
        Assert.Equal(Reference("RankMe"), rank, 4e-5);
    }

    [Fact]
    public void RankMe_of_orthonormal_rows_is_their_count_and_of_equal_rows_is_one()
    {
        Assert.Equal(8, RankMe.Measure(Rows(8, (i, j) => i == j ? 1 : 0)), 1e-4); // the 1e-7 in the definition shifts it a little
        Assert.Equal(1, RankMe.Measure(Rows(8, (_, j) => j + 1)), 1e-3);
    }

    [Fact]
    public void Identical_rows_have_uniformity_zero_and_no_spread()
    {
        Matrix same = Rows(5, (_, j) => j - 3.5);
        Assert.Equal(0, Uniformity.Measure(same), 1e-12);
        Assert.Equal(0, EmbeddingStd.Measure(same), 1e-12);
        Assert.Equal(0, Alignment.Measure(same, same), 1e-12);
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(40, 7)]
    [InlineData(7, 40)]
    public void Singular_values_satisfy_the_invariants_of_the_matrix(int rows, int columns)
    {
        var random = new Random(rows * 100 + columns);
        var matrix = new Matrix(rows, columns);
        for (int i = 0; i < matrix.Data.Length; i++) matrix.Data[i] = random.NextDouble() - 0.5;
        double[] sigma = SingularValues.Of(matrix);
        Assert.Equal(Math.Min(rows, columns), sigma.Length);
        // Σσ² = ‖A‖²_F and Σσ⁴ = ‖AᵀA‖²_F, the latter by a naive loop.
        double gram = 0;
        for (int a = 0; a < columns; a++)
        {
            for (int b = 0; b < columns; b++)
            {
                double dot = 0;
                for (int i = 0; i < rows; i++) dot += matrix[i, a] * matrix[i, b];
                gram += dot * dot;
            }
        }
        Assert.Equal(matrix.Data.Sum(x => x * x), sigma.Sum(s => s * s), 1e-10);
        Assert.Equal(gram, sigma.Sum(s => s * s * s * s), 1e-9);
    }

    [Fact]
    public void Singular_values_of_a_scaled_rotation_are_its_scales()
    {
        double c = Math.Cos(0.7), s = Math.Sin(0.7);
        var matrix = new Matrix(2, 2);
        double[] entries = [3 * c, -1e-9 * s, 3 * s, 1e-9 * c]; // rotation times diag(3, 1e-9)
        entries.CopyTo(matrix.Data, 0);
        double[] sigma = SingularValues.Of(matrix);
        Assert.Equal(3, sigma[0], 1e-14);
        Assert.Equal(1e-9, sigma[1], 1e-17); // lost entirely by the eigenvalues of the Gram matrix
    }

    [Fact]
    public void Nearest_neighbours_vote_as_a_naive_loop_says()
    {
        var random = new Random(5);
        Embeddings bank = Gaussian(random, 300, 24), queries = Gaussian(random, 70, 24);
        int[] labels = [.. Enumerable.Range(0, 300).Select(_ => random.Next(4))];
        int[] expected = [.. Enumerable.Range(0, queries.Rows).Select(q =>
        {
            var nearest = Enumerable.Range(0, bank.Rows).Select(b => (Row: b, Cosine: Cosine(bank.Row(b), queries.Row(q)))).OrderByDescending(n => n.Cosine).Take(20);
            return nearest.GroupBy(n => labels[n.Row]).MaxBy(g => g.Sum(n => Math.Exp(n.Cosine / 0.1)))!.Key;
        })];
        int[] predicted = KnnAccuracy.Predict(bank, labels, queries, classes: 4, k: 20, temperature: 0.1);
        Assert.Equal(expected, predicted);
        Assert.Equal(1, KnnAccuracy.Measure(bank, labels, queries, expected, 4), 1e-12);
    }

    [Fact]
    public void A_bank_that_holds_the_queries_gives_recall_one_and_a_shuffled_target_gives_less()
    {
        Embeddings bank = Gaussian(new Random(6), 100, 16);
        int[] own = [.. Enumerable.Range(0, 100)];
        Assert.Equal(1, Recall.AtK(bank, bank, own, 1), 1e-12);
        Assert.Equal(0, Recall.AtK(bank, bank, [.. own.Select(i => (i + 1) % 100)], 1), 1e-12);
        Assert.Equal(1, Recall.AtK(bank, bank, [.. own.Select(i => (i + 1) % 100)], 100), 1e-12);
    }

    [Fact]
    public void Impossible_questions_are_refused()
    {
        Embeddings one = Gaussian(new Random(1), 1, 4), other = Gaussian(new Random(1), 1, 5);
        Assert.Throws<ArgumentException>(() => Uniformity.Measure(one));
        Assert.Throws<ArgumentException>(() => EmbeddingStd.Measure(one));
        Assert.Throws<ArgumentException>(() => RankMe.Measure(new Matrix(3, 3)));
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(one, [0], other, 1));
        Assert.Throws<ArgumentException>(() => KnnAccuracy.Predict(one, [0, 1], one, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Predict(one, [0], one, 1, k: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => KnnAccuracy.Predict(one, [0], one, 1, temperature: 0));
    }

    private static double Reference(string metric)
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string path = Path.Combine(at.FullName, "tests", "Reference", "losses.json");
            if (!File.Exists(path)) continue;
            return JsonNode.Parse(File.ReadAllText(path))!["values"]!.AsArray()
                .Single(v => v!["metric"]?.GetValue<string>().StartsWith(metric, StringComparison.Ordinal) == true)!["value"]!.GetValue<double>();
        }
        throw new FileNotFoundException("tests/Reference/losses.json");
    }

    private static Matrix Rows(int rows, Func<int, int, double> value)
    {
        var matrix = new Matrix(rows, 8);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < 8; j++) matrix[i, j] = value(i, j);
        }
        return matrix;
    }

    private static Matrix Stacked(params Matrix[] parts)
    {
        var all = new Matrix(parts.Sum(p => p.Rows), parts[0].Columns);
        parts.SelectMany(p => p.Data).ToArray().CopyTo(all.Data, 0);
        return all;
    }

    private static Embeddings Gaussian(Random random, int rows, int dimensions) =>
        new([.. Enumerable.Range(0, rows * dimensions).Select(_ => (float)(random.NextDouble() + random.NextDouble() + random.NextDouble() - 1.5))], rows, dimensions);

    private static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++) (ab, aa, bb) = (ab + (double)a[i] * b[i], aa + (double)a[i] * a[i], bb + (double)b[i] * b[i]);
        return ab / Math.Sqrt(aa * bb);
    }
}
