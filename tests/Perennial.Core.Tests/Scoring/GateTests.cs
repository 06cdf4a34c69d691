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
    [InlineData(0.446, true)]  // within half a point
    [InlineData(0.44, false)]
    public void With_labels_the_nearest_neighbours_decide(double accuracy, bool accepted) =>
        Assert.Equal(accepted, Judge(Healthy, Healthy with { KnnAccuracy = accuracy, ViewRecall = 0 }).Accepted);

    [Theory]
    [InlineData(0.6, true)]
    [InlineData(0.59, true)]
    [InlineData(0.5, false)]
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
        Assert.Contains("fell from 45.0 % to 40.0 %", verdict.Reasons[2].Replace('\u00a0', ' ').Replace("%", " %").Replace("  ", " "), StringComparison.Ordinal);
    }

    private static Verdict Judge(Scores? old, Scores @new, Baselines? baselines = null) => Gate.Judge(old, @new, baselines, dimensions: 128, new GatePolicy());
}
