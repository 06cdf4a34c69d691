using CsCheck;
using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class FairShareTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(16, 3)]
    [InlineData(16, 1)]
    [InlineData(5, 9)]
    [InlineData(64, 100)]
    public void While_both_always_wait_bulk_gets_exactly_its_share(int maxBatch, int interactivePerBulk)
    {
        var share = new FairShare(maxBatch, interactivePerBulk);
        int interactive = 0, bulk = 0;
        for (int i = 0; i < 20_000; i++)
        {
            (int first, int second) = share.Divide(10 * maxBatch, 10 * maxBatch, interactiveLately: true);
            Assert.Equal(maxBatch, first + second);
            interactive += first;
            bulk += second;
        }
        double expected = 1.0 / (1 + interactivePerBulk);
        Assert.Equal(expected, bulk / (double)(interactive + bulk), expected * 0.01);
    }

    [Fact]
    public void One_interactive_caller_at_a_time_lets_a_bulk_image_along_every_third_time()
    {
        var share = new FairShare(maxBatch: 16, interactivePerBulk: 3);
        Assert.Equal([(1, 0), (1, 0), (1, 0), (1, 1), (1, 0), (1, 0), (1, 1)], Enumerable.Range(0, 7).Select(_ => share.Divide(1, 100, true)));
    }

    [Fact]
    public void Without_bulk_interactive_has_the_whole_batch()
    {
        var share = new FairShare(maxBatch: 4, interactivePerBulk: 3);
        Assert.Equal((4, 0), share.Divide(9, 0, true));
        Assert.Equal((3, 0), share.Divide(3, 0, true));
    }

    [Fact]
    public void Bulk_alone_has_the_whole_batch_or_its_share_while_somebody_may_come_back()
    {
        var share = new FairShare(maxBatch: 16, interactivePerBulk: 3);
        Assert.Equal((0, 16), share.Divide(0, 99, interactiveLately: false));
        Assert.Equal((0, 4), share.Divide(0, 99, interactiveLately: true));
        Assert.Equal((0, 1), new FairShare(maxBatch: 2, interactivePerBulk: 3).Divide(0, 99, interactiveLately: true));
    }

    [Fact]
    public void Whatever_waits_a_batch_is_never_empty_never_too_large_and_never_more_than_waits() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 10], Gen.Select(Gen.Int[0, 60], Gen.Int[0, 60], Gen.Bool).Array[1, 50]).Sample((maxBatch, ratio, rounds) =>
        {
            var share = new FairShare(maxBatch, ratio);
            foreach ((int interactive, int bulk, bool lately) in rounds.Where(round => round.Item1 + round.Item2 > 0))
            {
                (int first, int second) = share.Divide(interactive, bulk, lately);
                Assert.InRange(first, 0, interactive);
                Assert.InRange(second, 0, bulk);
                Assert.InRange(first + second, 1, maxBatch);
            }
        });
}
