using System.Globalization;

namespace Perennial.Core.Scoring;

/// <summary>
/// Decides whether a new encoder may serve: it must not have collapsed, and must not be worse than the one in service on the same held-out images: by kNN
/// accuracy where enough of them have labels, else by how many find themselves from a random view. The first one must not be worse than the same
/// network untrained. Alignment is never judged: it gets worse in healthy training.
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
        List<(bool Holds, string Sentence)> rules = [NotCollapsed(@new, dimensions, policy), RichEnough(@new, policy), old is null ? HasLearned(@new, baselines, policy) : NotWorse(old, @new, policy)];
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
        return Rule(accuracy >= untrained - policy.KnnTolerance,
            Say($"No generation serves yet. kNN accuracy on {@new.LabelledTestImages} held-out images is {accuracy:P1}; raw pixels reach {rawPixels:P1}, the network untrained {untrained:P1}."),
            Say($"kNN accuracy on {@new.LabelledTestImages} held-out images is {accuracy:P1}, below the {untrained:P1} of the same network untrained: nothing was learned. Give it more images or more epochs."));
    }

    private static (bool, string) NotWorse(Scores old, Scores @new, GatePolicy policy)
    {
        if (old.KnnAccuracy is { } before && @new.KnnAccuracy is { } after && @new.LabelledTestImages >= policy.LeastLabelledTestImages)
        {
            return Rule(after >= before - policy.KnnTolerance,
                Say($"kNN accuracy on {@new.LabelledTestImages} held-out images went from {before:P1} to {after:P1}."),
                Say($"kNN accuracy on {@new.LabelledTestImages} held-out images fell from {before:P1} to {after:P1}, more than the {policy.KnnTolerance:P1} allowed."));
        }
        return Rule(@new.ViewRecall >= old.ViewRecall - policy.ViewRecallTolerance,
            Say($"Of {@new.TestImages} held-out images {@new.ViewRecall:P1} find themselves from a random view, {old.ViewRecall:P1} before."),
            Say($"Of {@new.TestImages} held-out images only {@new.ViewRecall:P1} find themselves from a random view, {old.ViewRecall:P1} before: a fall by more than the {policy.ViewRecallTolerance:P1} allowed."));
    }

    private static (bool, string) Rule(bool holds, string yes, string no) => (holds, holds ? yes : no);

    private static string Say(FormattableString sentence) => sentence.ToString(CultureInfo.InvariantCulture);
}
