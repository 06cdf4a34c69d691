using Perennial.Commands.Training;

namespace Perennial.Tests.Commands.Training;

public sealed class BalancedSampleTests
{
    private static readonly (string Label, string Key)[] Items =
        [.. Enumerable.Range(0, 50).Select(i => ("many", $"{(i * 37) % 101:D3}")), .. Enumerable.Range(0, 5).Select(i => ("few", $"x{i}")), .. Enumerable.Range(0, 20).Select(i => ("some", $"y{i:D2}"))];

    [Fact]
    public void Classes_give_alike_until_they_run_out()
    {
        IReadOnlyList<(string Label, string Key)> sample = Sample(Items, 25);
        Assert.Equal(25, sample.Count);
        Assert.Equal((10, 5, 10), (Count("many"), Count("few"), Count("some")));

        int Count(string label) => sample.Count(item => item.Label == label);
    }

    [Fact]
    public void The_order_of_the_items_changes_nothing()
        => Assert.Equal(Sample(Items, 17).Order(), Sample([.. Items.Reverse()], 17).Order());

    [Fact]
    public void A_smaller_sample_is_part_of_a_larger_one()
        => Assert.Subset(Sample(Items, 40).ToHashSet(), Sample(Items, 12).ToHashSet());

    [Fact]
    public void Without_a_limit_all_are_taken_in_their_order()
    {
        Assert.Equal(Items, Sample(Items, null));
        Assert.Equal(Items, Sample(Items, 1000));
    }

    private static IReadOnlyList<(string Label, string Key)> Sample((string Label, string Key)[] items, int? limit)
        => BalancedSample.Of(items, item => item.Label, item => item.Key, limit);
}
