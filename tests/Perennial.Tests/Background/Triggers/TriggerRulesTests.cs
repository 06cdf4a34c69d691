using Perennial.Background;
using Perennial.Background.Triggers;
using Perennial.Core.Scoring;

namespace Perennial.Tests.Background.Triggers;

public sealed class TriggerRulesTests
{
    private static readonly DateTimeOffset Now = new(2030, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Generation 2 learned from 1000 images a day ago; 100 have come since.</summary>
    private static readonly TriggerFacts Calm = new() { Now = Now, Policy = new TriggerPolicy(), Serving = 2, Since = Now.AddDays(-1), SnapshotImages = 1000, Images = 1100, NewImages = 100 };

    private static readonly TriggerFacts Many = Calm with { Images = 1600, NewImages = 600 };

    [Fact]
    public void With_nothing_to_learn_the_answer_is_not_now_with_every_figure()
    {
        Decision decision = TriggerRules.Decide(Calm);
        Assert.Equal((DecisionOutcome.NotNow, null), (decision.Outcome, decision.Trigger));
        Assert.Contains("100 images have come in since the 1000 that generation 2 learned from; 500 are enough.", decision.Reason, StringComparison.Ordinal);
        Assert.Equal(Enum.GetValues<Trigger>(), decision.Readings.Select(reading => reading.Trigger));
        Assert.Equal(TriggerState.Off, decision.Readings.Single(reading => reading.Trigger == Trigger.Schedule).State);
    }

    [Theory]
    [InlineData(999, false), InlineData(1000, true)]
    public void A_server_on_the_starter_learns_when_enough_images_are_there(int images, bool starts)
    {
        Decision decision = TriggerRules.Decide(Calm with { Serving = 1, Since = null, SnapshotImages = 0, Images = images, NewImages = images });
        Assert.Equal(starts ? (DecisionOutcome.Start, Trigger.FirstRun) : (DecisionOutcome.NotNow, (Trigger?)null), (decision.Outcome, decision.Trigger));
    }

    [Theory]
    [InlineData(500, 0.25, AmountRule.All, 1000, 500), InlineData(500, 0.25, AmountRule.All, 4000, 1000)]
    [InlineData(500, 0.25, AmountRule.Any, 1000, 250), InlineData(500, null, AmountRule.All, 10, 500)]
    [InlineData(null, 0.1, AmountRule.All, 1001, 101), InlineData(null, 0.1, AmountRule.Any, 0, 1)]
    public void Number_and_share_of_new_images_are_combined_as_the_policy_says(int? images, double? share, AmountRule rule, long snapshot, long needed) =>
        Assert.Equal(needed, new AmountTrigger { Images = images, Share = share, Require = rule }.Needed(snapshot));

    [Fact]
    public void Enough_new_images_start_a_run()
    {
        Assert.Equal((DecisionOutcome.Start, Trigger.Amount), Outcome(Many));
        Assert.Equal((DecisionOutcome.NotNow, null), Outcome(Many with { NewImages = 499 }));
        Assert.Equal((DecisionOutcome.NotNow, null), Outcome(Many with { Policy = new() { Amount = new() { Enabled = false } } }));
    }

    [Theory]
    [InlineData(2.9, false), InlineData(3, true)]
    public void Drift_counts_by_its_effect_size(double effect, bool starts)
    {
        TriggerFacts facts = Calm with { Drift = new DriftMeasurement(new DriftReading(0.01 * effect, 0.01, effect), 256, 768, null) };
        Assert.Equal(starts ? (DecisionOutcome.Start, Trigger.Drift) : (DecisionOutcome.NotNow, null), Outcome(facts));
    }

    [Theory]
    [InlineData(0.71, false), InlineData(0.69, true), InlineData(0.9, false)]
    public void Accuracy_on_newcomers_counts_by_the_points_that_it_lost(double accuracy, bool starts)
    {
        TriggerFacts facts = Calm with { Performance = new PerformanceMeasurement(accuracy, 0.8, 150, null) };
        Assert.Equal(starts ? (DecisionOutcome.Start, Trigger.Performance) : (DecisionOutcome.NotNow, null), Outcome(facts));
    }

    [Fact]
    public void A_scheduled_time_starts_a_run_where_anything_is_new()
    {
        TriggerFacts due = Calm with { Policy = new() { Schedule = new() { Enabled = true } }, Due = Now.AddHours(-1) };
        Assert.Equal((DecisionOutcome.Start, Trigger.Schedule), Outcome(due));
        Assert.Equal((DecisionOutcome.NotNow, null), Outcome(due with { NewImages = 0 }));
    }

    [Fact]
    public void Whatever_speaks_against_a_run_holds_it_and_says_so()
    {
        RunRecord ended = Run(RunState.Rejected, Now.AddMinutes(-30));
        (TriggerFacts Facts, HoldKind Hold)[] cases =
        [
            (Many with { Policy = new() { Enabled = false } }, HoldKind.Disabled),
            (Many with { AtWork = Run(RunState.Running, null) }, HoldKind.RunAtWork),
            (Many with { Automatic = [ended] }, HoldKind.Cooldown),
            (Many with { Spent = TimeSpan.FromMinutes(200), Expected = TimeSpan.FromMinutes(41) }, HoldKind.DailyCost),
            (Many with { NothingNew = true }, HoldKind.NothingNew),
        ];
        foreach ((TriggerFacts facts, HoldKind hold) in cases)
        {
            Decision decision = TriggerRules.Decide(facts);
            Assert.Equal((DecisionOutcome.NotNow, Trigger.Amount, hold), (decision.Outcome, decision.Trigger, Assert.Single(decision.Holds).Kind));
            Assert.EndsWith(decision.Holds[0].Reason, decision.Reason, StringComparison.Ordinal);
        }
        Assert.Equal(DecisionOutcome.NotNow, TriggerRules.Decide(Many, new TriggerHold(HoldKind.NotAdmitted, "Too small.")).Outcome);
    }

    [Fact]
    public void The_days_minutes_count_the_run_that_would_follow_and_a_run_beyond_them_names_the_way_out()
    {
        TriggerFacts spent = Many with { Spent = TimeSpan.FromMinutes(200), Expected = TimeSpan.FromMinutes(40) };
        Assert.Equal(DecisionOutcome.Start, TriggerRules.Decide(spent).Outcome);
        Assert.Equal(TimeSpan.FromMinutes(40), spent.BudgetLeft);
        Assert.Equal(DecisionOutcome.Start, TriggerRules.Decide(spent with { Policy = new() { Cost = new() { MinutesPerDay = null } }, Spent = TimeSpan.FromHours(20) }).Outcome);
        Assert.Contains("raise triggers.cost.minutesPerDay", TriggerRules.Decide(spent with { Spent = default, Expected = TimeSpan.FromMinutes(241) }).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 60), InlineData(1, 120), InlineData(2, 240), InlineData(4, 960), InlineData(5, 1440), InlineData(300, 1440)]
    public void The_pause_grows_with_every_fruitless_run_up_to_its_limit(int fruitless, int minutes) => Assert.Equal(TimeSpan.FromMinutes(minutes), new CooldownPolicy().After(fruitless));

    [Fact]
    public void Without_a_cooldown_a_fruitless_run_does_not_come_back_at_once()
    {
        CooldownPolicy none = new() { Minutes = 0 };
        Assert.Equal((TimeSpan.Zero, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(4)), (none.After(0), none.After(1), none.After(2)));
    }

    [Fact]
    public void Only_fruitless_runs_since_the_last_promotion_count()
    {
        TriggerFacts facts = Many with { Automatic = [Run(RunState.Failed, Now.AddHours(-3)), Run(RunState.Rejected, Now.AddHours(-9)), Run(RunState.Promoted, Now.AddHours(-20)), Run(RunState.Failed, Now.AddDays(-3))] };
        Assert.Equal((2, Now.AddHours(1)), (facts.Fruitless, facts.CooldownEnds!.Value));
        Assert.Equal(Now.AddHours(1), TriggerRules.Decide(facts).Holds.Single().Until);
        Assert.Equal(DecisionOutcome.Start, TriggerRules.Decide(facts with { Now = Now.AddHours(1) }).Outcome);
    }

    [Fact]
    public void Of_several_triggers_the_run_takes_the_first_name_and_every_reason()
    {
        Decision decision = TriggerRules.Decide(Many with { Performance = new PerformanceMeasurement(0.5, 0.8, 150, null) });
        Assert.Equal((DecisionOutcome.Start, Trigger.Performance), (decision.Outcome, decision.Trigger));
        Assert.Contains("30.0 points below", decision.Reason, StringComparison.Ordinal);
        Assert.Contains("600 images have come in", decision.Reason, StringComparison.Ordinal);
    }

    private static (DecisionOutcome, Trigger?) Outcome(TriggerFacts facts)
    {
        Decision decision = TriggerRules.Decide(facts);
        return (decision.Outcome, decision.Trigger);
    }

    private static RunRecord Run(RunState state, DateTimeOffset? finished) =>
        new() { Id = new string('a', 32), Kind = RunKind.Pretrain, Promote = PromotionRule.Auto, State = state, CreatedAt = Now.AddDays(-4), FinishedAt = finished, Trigger = Trigger.Amount };
}
