using CsCheck;
using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class RecallTests
{
    [Fact]
    public void Recall_is_that_of_a_naive_ranking_whatever_the_shape() =>
        Gen.Select(Gen.Int[1, 150], Gen.Int[1, 150], Gen.Int[2, 12], Gen.Int[1, 20], Gen.Int).Sample((queryRows, bankRows, dimensions, k, seed) =>
        {
            Embeddings queries = MeasuresTests.Random(queryRows, dimensions, seed), bank = MeasuresTests.Random(bankRows, dimensions, seed + 1);
            Random random = new(seed);
            int[] target = [.. Enumerable.Range(0, queryRows).Select(_ => random.Next(bankRows))];
            int found = Enumerable.Range(0, queryRows).Count(query => Enumerable.Range(0, bankRows)
                .OrderByDescending(row => KnnAccuracyTests.Cosine(queries.Row(query), bank.Row(row))).Take(k).Contains(target[query]));
            Assert.Equal(found / (double)queryRows, Recall.AtK(queries, bank, target, k));
        }, iter: 100);

    [Fact]
    public void Every_row_finds_itself_first()
    {
        Embeddings rows = MeasuresTests.Random(130, 16, 3);
        Assert.Equal(1, Recall.AtK(rows, rows, [.. Enumerable.Range(0, 130)], 1));
    }

    [Fact]
    public void A_collapsed_encoder_finds_nothing()
    {
        Embeddings collapsed = new([.. Enumerable.Repeat(0.3f, 200)], 50, 4);
        Assert.Equal(0, Recall.AtK(collapsed, collapsed, [.. Enumerable.Range(0, 50)], 1));
        Assert.Equal(0, Recall.AtK(collapsed, collapsed, [.. Enumerable.Range(0, 50)], 49));
        Assert.Equal(1, Recall.AtK(collapsed, collapsed, [.. Enumerable.Range(0, 50)], 50));
    }

    [Fact]
    public void A_target_outside_the_bank_is_refused()
    {
        Embeddings rows = MeasuresTests.Random(3, 2, 1);
        Assert.Throws<ArgumentException>(() => Recall.AtK(rows, rows, [0, 1, 3], 1));
        Assert.Throws<ArgumentException>(() => Recall.AtK(rows, rows, [0, 1], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Recall.AtK(rows, rows, [0, 1, 2], 0));
    }
}
