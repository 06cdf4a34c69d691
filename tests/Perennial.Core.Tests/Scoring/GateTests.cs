using Perennial.Core.Scoring;

namespace Perennial.Core.Tests.Scoring;

public sealed class GateTests
{
    private static readonly Scores Healthy = new()
    {
        KnnAccuracy = 0.45,
        ViewRecall = 0.6,
        RankMe = 40,
        Alignment = 0.5,
        Uniformity = -2.5,
        EmbeddingStd = 0.08,
        TestImages = 500,
        LabelledTestImages = 500,
    };

    [Fact]
    public void A_first_model_that_has_not_collapsed_is_accepted() => Assert.True(Judge(null, Healthy).Accepted);

    [Theory]
    [InlineData(0.30, 500, true)]
    [InlineData(0.46, 500, false)] // training made it worse than chance weights
    [InlineData(0.46, 49, true)]   // too few labels to say so
    public void A_first_model_is_held_against_its_untrained_self(double untrained, int labelled, bool accepted) =>
        Assert.Equal(accepted, Judge(null, Healthy with { LabelledTestImages = labelled }, new Baselines(0.4, untrained)).Accepted);

    [Theory]
    [InlineData(0.46, true)]
    [InlineData(0.416, true)]  // within half a point and one standard error of 3.1 points
    [InlineData(0.41, false)]
    public void With_labels_the_nearest_neighbours_decide(double accuracy, bool accepted) =>
        Assert.Equal(accepted, Judge(Healthy, Healthy with { KnnAccuracy = accuracy, ViewRecall = 0 }).Accepted);

    [Theory]
    [InlineData(0.6, true)]
    [InlineData(0.552, true)]  // within two points and one standard error of 3.1 points
    [InlineData(0.54, false)]
    public void Without_labels_finding_oneself_from_a_view_decides(double recall, bool accepted) =>
        Assert.Equal(accepted, Judge(Healthy with { KnnAccuracy = null }, Healthy with { KnnAccuracy = null, ViewRecall = recall }).Accepted);

    [Fact]
    public void Too_few_labels_do_not_decide()
    {
        Verdict verdict = Judge(Healthy, Healthy with { KnnAccuracy = 0, LabelledTestImages = 49 });
        Assert.True(verdict.Accepted);
        Assert.Contains(verdict.Reasons, reason => reason.Contains("find themselves", StringComparison.Ordinal));
    }

    [Fact]
    public void A_collapsed_model_is_refused_however_well_it_scores()
    {
        Verdict verdict = Judge(Healthy, Healthy with { KnnAccuracy = 1, EmbeddingStd = 0.001 });
        Assert.False(verdict.Accepted);
        Assert.Contains(verdict.Reasons, reason => reason.Contains("collapsed", StringComparison.Ordinal));
        Assert.False(Judge(Healthy, Healthy with { KnnAccuracy = 1, RankMe = 1.2 }).Accepted);
    }

    [Fact]
    public void Alignment_alone_changes_nothing() => Assert.True(Judge(Healthy, Healthy with { Alignment = 3.9 }).Accepted);

    [Fact]
    public void Each_rule_says_its_figures()
    {
        Verdict verdict = Judge(Healthy, Healthy with { KnnAccuracy = 0.4 });
        Assert.Equal(3, verdict.Reasons.Count);
        Assert.Equal("kNN accuracy on 500 held-out images went from 45.0 % to 40.0 %: worse by more than the 0.5 % allowed (chance accounts for 3.1 %).", verdict.Reasons[2].Replace('\u00a0', ' ').Replace("%", " %").Replace("  ", " "));
    }

    [Theory]
    [InlineData(0.449, 0, true)]
    [InlineData(0.44, 0, false)] // exact figures: a point is more than half a point
    [InlineData(0.44, 0.1, false)]
    [InlineData(0.44, 1, true)]
    public void A_fall_counts_only_beyond_its_standard_errors(double accuracy, double standardErrors, bool accepted) =>
        Assert.Equal(accepted, Gate.Judge(Healthy, Healthy with { KnnAccuracy = accuracy, LinearAccuracy = null }, null, 128, new GatePolicy { StandardErrors = standardErrors }).Accepted);

    [Theory]
    [InlineData(0.47, false)] // two points were asked for, but three may be chance
    [InlineData(0.50, true)]
    public void A_gain_that_is_asked_for_must_be_more_than_chance(double accuracy, bool accepted) =>
        Assert.Equal(accepted, Gate.Judge(Healthy, Healthy with { KnnAccuracy = accuracy }, null, 128, new GatePolicy { WithLabels = new() { KnnAccuracy = new() { RequiredGain = 0.02 } } }).Accepted);

    [Theory]
    [InlineData("rank", 19, false)]
    [InlineData("rank", 21, true)]
    [InlineData("uniformity", -2.1, false)] // less is better: -2.5 before
    [InlineData("uniformity", -2.7, true)]
    [InlineData("std", 0.05, false)]
    [InlineData("std", 0.07, true)]
    [InlineData("linear", 0.2, false)]
    public void Every_metric_can_be_a_rule(string metric, double value, bool accepted)
    {
        Scores old = Healthy with { LinearAccuracy = 0.5 };
        Scores @new = metric switch
        {
            "rank" => old with { RankMe = value },
            "uniformity" => old with { Uniformity = value },
            "std" => old with { EmbeddingStd = value },
            _ => old with { LinearAccuracy = value },
        };
        MetricRules rules = new() { LinearAccuracy = new(), RankMe = new() { AllowedDrop = 0.5 }, Uniformity = new() { AllowedDrop = 0.3 }, EmbeddingStd = new() { AllowedDrop = 0.25 } };
        Assert.Equal(accepted, Gate.Judge(old, @new, null, 128, new GatePolicy { WithLabels = rules }).Accepted);
    }

    [Fact]
    public void A_rule_that_is_off_asks_nothing() =>
        Assert.True(Gate.Judge(Healthy, Healthy with { KnnAccuracy = 0 }, null, 128, new GatePolicy { WithLabels = new() }).Accepted);

    [Fact]
    public void A_score_that_is_not_a_number_is_refused()
    {
        Verdict verdict = Judge(null, Healthy with { Uniformity = double.NaN });
        Assert.False(verdict.Accepted);
        Assert.Contains("diverged", Assert.Single(verdict.Reasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.05, 3.8)]
    [InlineData(0.9, 1.2)]
    public void A_collapse_that_shows_on_the_projections_alone_is_refused(double spread, double rank) =>
        Assert.False(Judge(Healthy, Healthy with { ProjectionStd = spread, ProjectionRankMe = rank }).Accepted);

    [Fact]
    public void Too_few_held_out_images_compare_nothing_and_say_so()
    {
        Verdict verdict = Judge(Healthy, Healthy with { TestImages = 19, LabelledTestImages = 19, ViewRecall = 0 });
        Assert.True(verdict.Accepted);
        Assert.Contains("Only 19 images", verdict.Reasons[2], StringComparison.Ordinal);
    }

    private static Verdict Judge(Scores? old, Scores @new, Baselines? baselines = null) => Gate.Judge(old, @new, baselines, dimensions: 128, new GatePolicy());
}
