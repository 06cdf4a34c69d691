using Perennial.Learning.Optimizers;

namespace Perennial.Learning.Tests.Optimizers;

public sealed class WarmupCosineTests
{
    [Fact]
    public void Warm_up_rises_evenly_to_the_peak()
    {
        var schedule = new WarmupCosine(peak: 0.8, warmupSteps: 4, totalSteps: 20);
        Assert.Equal([0.2, 0.4, 0.6, 0.8], Enumerable.Range(0, 4).Select(step => schedule.At(step)), (a, b) => Math.Abs(a - b) < 1e-12);
        Assert.Equal(0.8, schedule.At(4), 1e-12);
    }

    [Fact]
    public void The_cosine_is_at_half_the_peak_midway_and_at_nothing_in_the_end()
    {
        var schedule = new WarmupCosine(peak: 0.8, warmupSteps: 4, totalSteps: 20);
        Assert.Equal(0.4, schedule.At(12), 1e-12);
        Assert.Equal(0.8 * 0.5 * (1 + Math.Cos(Math.PI * 0.75)), schedule.At(16), 1e-12);
        Assert.Equal(0, schedule.At(20), 1e-12);
        Assert.Equal(0, schedule.At(21), 1e-12);
    }

    [Fact]
    public void Without_warm_up_the_first_step_has_the_peak() => Assert.Equal(0.06, new WarmupCosine(0.06, 0, 10).At(0), 1e-12);

    [Fact]
    public void A_run_that_is_all_warm_up_ends_at_the_peak() => Assert.Equal(1, new WarmupCosine(1, 5, 5).At(4), 1e-12);
}
