using System.Globalization;

namespace Perennial.Core.Scoring;

/// <summary>
/// Decides whether a new encoder may serve: its figures must be numbers, it must not have collapsed (which shows on the projection, not on the embedding), and it must
/// hold the policy's rules beside the one in service on the same held-out images. The first one must not be worse than the same network untrained.
/// </summary>
public static class Gate
{
    /// <summary>The verdict, with a sentence for each rule.</summary>
    /// <param name="old">The serving generation's scores; null where none serves.</param>
    /// <param name="new">The candidate's.</param>
    /// <param name="baselines">Raw pixels and the untrained network on the same images; null without labels.</param>
    /// <param name="dimensions">D of the candidate's embeddings.</param>
    /// <param name="policy">The limits.</param>
    public static Verdict Judge(Scores? old, Scores @new, Baselines? baselines, int dimensions, GatePolicy policy)
    {
        if (Diverged(@new) is { } diverged) return new Verdict(false, [diverged]);
        List<(bool Holds, string Sentence)> rules = [NotCollapsed(@new, dimensions, policy), RichEnough(@new, policy), .. Projections(@new, policy)];
        if (old is null) rules.Add(HasLearned(@new, baselines, policy));
        else rules.AddRange(Compared(old, @new, policy));
        return new Verdict(rules.All(rule => rule.Holds), [.. rules.Select(rule => rule.Sentence)]);
    }

    private static (bool, string) NotCollapsed(Scores scores, int dimensions, GatePolicy policy)
    {
        double spread = scores.EmbeddingStd * Math.Sqrt(dimensions);
        return Rule(spread >= policy.LeastSpread,
            Say($"The embeddings' spread is {spread:F2}, at or above the least allowed {policy.LeastSpread:F2}."),
            Say($"The embeddings have collapsed: their spread is {spread:F2}, below the least allowed {policy.LeastSpread:F2}."));
    }

    private static (bool, string) RichEnough(Scores scores, GatePolicy policy) => Rule(scores.RankMe >= policy.LeastRank,
        Say($"Their effective rank is {scores.RankMe:F1}, at or above the least allowed {policy.LeastRank:F1}."),
        Say($"Their effective rank is {scores.RankMe:F1}, below the least allowed {policy.LeastRank:F1}: too few directions are used."));

    private static (bool, string) HasLearned(Scores @new, Baselines? baselines, GatePolicy policy)
    {
        if (baselines is not { RawPixels: { } rawPixels, Untrained: { } untrained } || @new.KnnAccuracy is not { } accuracy || @new.LabelledTestImages < policy.LeastLabelledTestImages)
            return (true, "No generation serves yet, so there is nothing to be worse than.");
        return Rule(accuracy >= untrained - policy.WithLabels.KnnAccuracy.AllowedDrop,
            Say($"No generation serves yet. kNN accuracy on {@new.LabelledTestImages} held-out images is {accuracy:P1}; raw pixels reach {rawPixels:P1}, the network untrained {untrained:P1}."),
            Say($"kNN accuracy on {@new.LabelledTestImages} held-out images is {accuracy:P1}, below the {untrained:P1} of the same network untrained: nothing was learned. Give it more images or more epochs."));
    }

    private static IEnumerable<(bool, string)> Compared(Scores old, Scores @new, GatePolicy policy)
    {
        if (@new.TestImages < policy.LeastTestImages)
            return [(true, Say($"Only {@new.TestImages} images are held out, fewer than the {policy.LeastTestImages} from which old and new are compared."))];
        bool labelled = old.KnnAccuracy is not null && @new.KnnAccuracy is not null && @new.LabelledTestImages >= policy.LeastLabelledTestImages;
        MetricRules rules = labelled ? policy.WithLabels : policy.WithoutLabels;
        (bool, string)[] judged = [.. MetricComparison.All.Select(metric => metric.Judge(old, @new, metric.Rule(rules), policy.StandardErrors)).OfType<(bool, string)>()];
        return judged.Length > 0 ? judged : [(true, "No rule of the policy compares old and new here.")];
    }

    private static IEnumerable<(bool, string)> Projections(Scores scores, GatePolicy policy)
    {
        if (scores.ProjectionStd is { } spread && spread < policy.LeastSpread)
            yield return (false, Say($"The projections have collapsed: their spread is {spread:F2}, below the least allowed {policy.LeastSpread:F2}."));
        if (scores.ProjectionRankMe is { } rank && rank < policy.LeastRank)
            yield return (false, Say($"The projections have collapsed: their effective rank is {rank:F1}, below the least allowed {policy.LeastRank:F1}."));
    }

    private static string? Diverged(Scores scores)
    {
        double?[] figures = [scores.KnnAccuracy, scores.LinearAccuracy, scores.ViewRecall, scores.RankMe, scores.Alignment, scores.Uniformity, scores.EmbeddingStd, scores.ProjectionStd, scores.ProjectionRankMe];
        return figures.Any(figure => figure is { } value && !double.IsFinite(value)) ? "A score is not a number: training has diverged. Try a lower learning rate." : null;
    }

    private static (bool, string) Rule(bool holds, string yes, string no) => (holds, holds ? yes : no);

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
