using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class EpochOrderTests
{
    private static readonly int[] Rows = [3, 1, 4, 15, 9, 2, 6, 5, 35, 8];

    [Fact]
    public void Every_epoch_sees_every_row_once() => Assert.Equal(Rows.Order(), EpochOrder.Of(Rows, 7, 3).Order());

    [Fact]
    public void Seed_and_epoch_decide_the_order()
    {
        Assert.Equal(EpochOrder.Of(Rows, 7, 3), EpochOrder.Of(Rows, 7, 3));
        Assert.NotEqual(EpochOrder.Of(Rows, 7, 3), EpochOrder.Of(Rows, 7, 4));
        Assert.NotEqual(EpochOrder.Of(Rows, 7, 3), EpochOrder.Of(Rows, 8, 3));
    }
}
