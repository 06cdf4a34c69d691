using Perennial.Learning.Pretraining;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Pretraining;

public sealed class CollapseGuardTests
{
    [Fact]
    public void A_loss_stuck_at_the_logarithm_of_the_outputs_stops_the_run_after_three_epochs()
    {
        var guard = new CollapseGuard(Math.Log(4096)); // 8.3178
        guard.Look(8.3180, epoch: 1);
        guard.Look(8.3179, epoch: 2);
        guard.Look(8.2, epoch: 3); // it moved: counting begins anew
        guard.Look(8.3178, epoch: 4);
        guard.Look(8.3178, epoch: 5);
        Assert.Contains("ln(4096)", Assert.Throws<TrainingException>(() => guard.Look(8.3178, epoch: 6)).Message);
    }

    [Fact] // unit vectors in random directions have a standard deviation of 1/√d in each of the d dimensions
    public void Spread_out_projections_pass_with_a_spread_of_one()
    {
        using var scope = NewDisposeScope();
        var guard = new CollapseGuard();
        guard.Look(randn(512, 64), epoch: 5);
        Assert.InRange(guard.Spread!.Value, 0.95, 1.05);
        Assert.InRange(guard.Rank!.Value, 50, 64);
    }

    [Fact]
    public void Projections_in_one_point_stop_the_run_with_what_was_seen()
    {
        using var scope = NewDisposeScope();
        var collapsed = ones(64, 32) + 0.01 * randn(64, 32);
        var guard = new CollapseGuard();
        guard.Look(collapsed, epoch: 1); // too early to judge
        var stop = Assert.Throws<TrainingException>(() => guard.Look(collapsed, epoch: 2));
        Assert.Contains("collapsed", stop.Message);
        Assert.Contains("epoch 2", stop.Message);
    }

    [Fact]
    public void Projections_on_one_line_stop_the_run_although_they_are_spread_out()
    {
        using var scope = NewDisposeScope();
        var line = randn(64, 1).sign() * randn(1, 32);
        Assert.Throws<TrainingException>(() => new CollapseGuard().Look(line, epoch: 2));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_loss_that_is_no_number_stops_the_run_and_names_the_step_and_the_rate(double loss)
    {
        var stop = Assert.Throws<TrainingException>(() => CollapseGuard.CheckLoss(loss, 41, 0.25));
        Assert.Contains("41", stop.Message);
        Assert.Contains("0.25", stop.Message);
    }
}
