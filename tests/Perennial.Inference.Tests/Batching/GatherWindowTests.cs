using Perennial.Inference.Batching;

namespace Perennial.Inference.Tests.Batching;

public sealed class GatherWindowTests
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(2);

    private static TimeSpan Ms(double value) => TimeSpan.FromMilliseconds(value);

    private static GatherWindow After(int size, double milliseconds)
    {
        var window = new GatherWindow(maxBatch: 16, MaxDelay);
        window.BatchEnded(size, Ms(milliseconds));
        return window;
    }

    [Fact]
    public void Before_the_first_batch_nobody_waits() =>
        Assert.Equal(TimeSpan.Zero, new GatherWindow(16, MaxDelay).Open(1, Ms(0)));

    [Fact]
    public void A_lone_caller_who_comes_back_does_not_wait() => Assert.Equal(TimeSpan.Zero, After(1, 100).Open(1, Ms(0)));

    [Fact]
    public void The_first_of_several_who_come_back_waits_for_the_others_until_the_delay_has_passed() =>
        Assert.Equal(Ms(1.5), After(8, 100).Open(1, Ms(0.5)));

    [Fact]
    public void Nobody_waits_once_as_many_are_there_as_the_last_batch_held() =>
        Assert.Equal(TimeSpan.Zero, After(8, 100).Open(8, Ms(0)));

    [Fact]
    public void A_full_batch_never_waits()
    {
        GatherWindow window = After(40, 100); // larger than MaxBatch cannot be, but must not hurt
        Assert.Equal(16, window.Enough);
        Assert.Equal(TimeSpan.Zero, window.Open(16, Ms(0)));
    }

    [Fact]
    public void An_engine_that_was_idle_for_longer_than_the_delay_starts_at_once() =>
        Assert.Equal(TimeSpan.Zero, After(8, 100).Open(1, Ms(2.5)));

    [Fact]
    public void The_wait_is_at_most_a_quarter_of_the_last_batch() => Assert.Equal(Ms(1), After(8, 4).Open(1, Ms(0)));

    [Fact]
    public void A_wait_too_short_to_sleep_is_not_begun() => Assert.Equal(TimeSpan.Zero, After(8, 1.5).Open(1, Ms(0)));

    [Fact]
    public void A_delay_of_zero_never_waits()
    {
        var window = new GatherWindow(16, TimeSpan.Zero);
        window.BatchEnded(8, Ms(100));
        Assert.Equal(TimeSpan.Zero, window.Open(1, Ms(0)));
    }

    [Fact]
    public void Waits_in_vain_grow_rarer_and_a_fruitful_one_brings_them_back()
    {
        GatherWindow window = After(8, 100);
        foreach (int skipped in new[] { 0, 1, 3, 7, 15, 31, 63, 63 })
        {
            for (int i = 0; i < skipped; i++)
                Assert.Equal(TimeSpan.Zero, window.Open(1, Ms(0)));
            Assert.Equal(MaxDelay, window.Open(1, Ms(0)));
            window.Closed(fruitful: false);
        }
        window.Closed(fruitful: true);
        Assert.Equal(MaxDelay, window.Open(1, Ms(0)));
    }
}
