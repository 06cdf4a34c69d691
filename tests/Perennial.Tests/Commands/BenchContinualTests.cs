using Perennial.Bench;

namespace Perennial.Tests.Commands;

public sealed class BenchContinualTests
{
    [Fact] // three tasks; the first was best right after it was learned, the second later on, and the last cannot be forgotten yet
    public void Forgetting_is_what_each_task_has_lost_since_it_was_best()
    {
        ContinualFigures figures = new(ContinualStrategy.Replay, [[0.8, 0.1, 0.1], [0.7, 0.5, 0.2], [0.6, 0.6, 0.9]], Knn: 0.7, Seconds: 1);
        Assert.Equal((0.2 + -0.1) / 2, figures.Forgetting!.Value, 1e-12);
    }

    [Fact] // what it reached before it was learned does not count
    public void Forgetting_counts_from_the_task_on() =>
        Assert.Equal(0.1, new ContinualFigures(ContinualStrategy.Finetuning, [[0.5, 0.9], [0.4, 0.3]], 0.35, 1).Forgetting!.Value, 1e-12);

    [Fact]
    public void Joint_training_forgets_nothing_and_is_what_the_others_are_measured_by()
    {
        ContinualFigures joint = new(ContinualStrategy.Joint, [[0.5, 0.5]], 0.5, 1), replay = joint with { Strategy = ContinualStrategy.Replay, Knn = 0.49, Accuracies = [[0.1, 0.2], [0.4, 0.58]] };
        Assert.Null(joint.Forgetting);
        Assert.Equal(0.98, ContinualReport.Ratio(replay, [replay, joint]), 1e-12);
        string[] lines = ContinualReport.Markdown("Head.", [new HashSet<string> { "cat" }, new HashSet<string> { "dog" }], "pfr", [replay, joint]).Split('\n');
        Assert.Contains(lines, line => line.Contains("49.0 % | 0.980 | -30.0 |", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("joint, all | 50.0 | 50.0 |", StringComparison.Ordinal));
    }
}
