using System.Globalization;

namespace Perennial.Core.Scoring;

/// <summary>One metric of the old and the new encoder, and what the rule for it makes of them.</summary>
/// <param name="Name">As sentences call it.</param>
/// <param name="Read">Its value; null where it was not measured.</param>
/// <param name="Rule">Its rule in a set of rules.</param>
internal sealed record MetricComparison(string Name, Func<Scores, double?> Read, Func<MetricRules, MetricRule> Rule)
{
    public static readonly IReadOnlyList<MetricComparison> All =
    [
        new("kNN accuracy", scores => scores.KnnAccuracy, rules => rules.KnnAccuracy) { IsShare = true, OfLabelled = true },
        new("Linear accuracy", scores => scores.LinearAccuracy, rules => rules.LinearAccuracy) { IsShare = true, OfLabelled = true },
        new("The share of images that find themselves from a random view", scores => scores.ViewRecall, rules => rules.ViewRecall) { IsShare = true },
        new("The effective rank", scores => scores.RankMe, rules => rules.RankMe) { IsRelative = true },
        new("Alignment", scores => scores.Alignment, rules => rules.Alignment) { LessIsBetter = true },
        new("Uniformity", scores => scores.Uniformity, rules => rules.Uniformity) { LessIsBetter = true },
        new("The standard deviation", scores => scores.EmbeddingStd, rules => rules.EmbeddingStd) { IsRelative = true },
    ];

    /// <summary>Of images, so that it has a standard error.</summary>
    private bool IsShare { get; init; }

    private bool OfLabelled { get; init; }

    private bool IsRelative { get; init; }

    private bool LessIsBetter { get; init; }

    /// <summary>Whether the rule holds, and a sentence with the figures; null where it does not ask or there is nothing to compare.</summary>
    public (bool Holds, string Sentence)? Judge(Scores old, Scores @new, MetricRule rule, double standardErrors)
    {
        if (!rule.Enabled || Read(old) is not { } before || Read(@new) is not { } after) return null;
        int images = OfLabelled ? @new.LabelledTestImages : @new.TestImages;
        double change = LessIsBetter ? before - after : after - before;
        if (IsRelative) change = before == 0 ? 0 : change / before;
        double noise = IsShare ? standardErrors * Math.Sqrt(((before * (1 - before)) + (after * (1 - after))) / images) : 0;
        string compared = $"{Name} on {images} held-out images went from {Figure(before)} to {Figure(after)}";
        string beyond = noise > 0 ? string.Create(CultureInfo.InvariantCulture, $" (chance accounts for {noise:P1})") : "";
        if (-change > rule.AllowedDrop + noise) return (false, $"{compared}: worse by more than the {Amount(rule.AllowedDrop)} allowed{beyond}.");
        if (rule.RequiredGain > 0 && change < Math.Max(rule.RequiredGain, noise)) return (false, $"{compared}: not better by the {Amount(rule.RequiredGain)} required{beyond}.");
        return (true, $"{compared}, within the rule{beyond}.");
    }

    private string Figure(double value) => value.ToString(IsShare ? "P1" : IsRelative && value < 1 ? "F3" : "F2", CultureInfo.InvariantCulture);

    private string Amount(double value) => value.ToString(IsShare || IsRelative ? "P1" : "F2", CultureInfo.InvariantCulture);
}
