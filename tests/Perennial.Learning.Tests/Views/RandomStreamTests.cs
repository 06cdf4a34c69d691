using Perennial.Learning.Views;

namespace Perennial.Learning.Tests.Views;

public sealed class RandomStreamTests
{
    [Fact]
    public void Numbers_are_uniform_within_one_address_and_across_addresses()
    {
        var within = new RandomStream(5, 0, 0, 0);
        var bins = new int[10];
        for (uint i = 0; i < 20_000; i++)
        {
            bins[(int)(within.NextDouble() * 10)]++;
            bins[(int)(new RandomStream(5, 1, 0, i).NextDouble() * 10)]++;
        }
        Assert.All(bins, count => Assert.InRange(count, 3_760, 4_240)); // 4,000 ± 4 standard deviations
    }

    [Fact]
    public void Each_part_of_the_address_matters()
    {
        double First(ulong seed, uint purpose, uint epoch, uint item) => new RandomStream(seed, purpose, epoch, item).NextDouble();
        double[] firsts = [First(1, 1, 1, 1), First(2, 1, 1, 1), First(1, 2, 1, 1), First(1, 1, 2, 1), First(1, 1, 1, 2), First(1ul << 40, 1, 1, 1)];
        Assert.Equal(6, firsts.Distinct().Count());
        Assert.Equal(First(1, 1, 1, 1), firsts[0]);
    }

    [Fact]
    public void Shuffling_reaches_every_order_equally_often()
    {
        var random = new RandomStream(3, 0, 0, 0);
        var counts = new Dictionary<string, int>();
        for (int i = 0; i < 24_000; i++)
        {
            char[] items = ['a', 'b', 'c', 'd'];
            random.Shuffle(items.AsSpan());
            counts[new string(items)] = counts.GetValueOrDefault(new string(items)) + 1;
        }
        Assert.Equal(24, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 860, 1_140)); // 1,000 ± 4.5 standard deviations
    }
}
