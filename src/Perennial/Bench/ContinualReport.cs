using System.Globalization;
using System.Text;

namespace Perennial.Bench;

/// <summary>The figures of all strategies as Markdown.</summary>
internal static class ContinualReport
{
    public static string Name(ContinualStrategy strategy, string distillation) => strategy switch
    {
        ContinualStrategy.Finetuning => "naive finetuning",
        ContinualStrategy.Replay => "replay (the service's default)",
        ContinualStrategy.ReplayAndDistillation => $"replay + distillation ({distillation})",
        _ => "joint",
    };

    /// <summary>kNN at the end over that of joint training.</summary>
    public static double Ratio(ContinualFigures figures, IReadOnlyList<ContinualFigures> all) => figures.Knn / all.Single(one => one.Strategy == ContinualStrategy.Joint).Knn;

    /// <param name="head">What was run, a sentence or two.</param>
    /// <param name="classes">Labels of each task.</param>
    /// <param name="distillation">Its name.</param>
    /// <param name="all">One of each strategy.</param>
    public static string Markdown(string head, IReadOnlyList<IReadOnlySet<string>> classes, string distillation, IReadOnlyList<ContinualFigures> all)
    {
        StringBuilder text = new();
        text.AppendLine(head).AppendLine().AppendLine("| strategy | kNN, all classes | to joint | average forgetting | seconds of training |").AppendLine("|---|---|---|---|---|");
        foreach (ContinualFigures one in all)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {Name(one.Strategy, distillation)} | {100 * one.Knn:F1} % | {Ratio(one, all):F3} | {Points(one.Forgetting)} | {one.Seconds:F0} |");
        text.AppendLine().AppendLine("kNN accuracy on each task's test images, percent, after each task:").AppendLine();
        text.Append("| strategy, after task |").AppendJoin("|", classes.Select(task => $" {string.Join(", ", task.Order(StringComparer.Ordinal))} ")).AppendLine("|");
        text.Append("|---|").AppendJoin("|", classes.Select(_ => "---")).AppendLine("|");
        foreach (ContinualFigures one in all)
        {
            for (int stage = 0; stage < one.Accuracies.Count; stage++)
            {
                string after = one.Accuracies.Count == 1 ? "all" : $"{stage + 1}";
                text.Append(CultureInfo.InvariantCulture, $"| {Name(one.Strategy, distillation)}, {after} |")
                    .AppendJoin("|", one.Accuracies[stage].Select(accuracy => string.Create(CultureInfo.InvariantCulture, $" {100 * accuracy:F1} "))).AppendLine("|");
            }
        }
        return text.ToString();
    }

    /// <summary>Percentage points, with the sign; a dash for nothing.</summary>
    public static string Points(double? share) => share is { } value ? string.Create(CultureInfo.InvariantCulture, $"{100 * value:+0.0;-0.0;0.0}") : "-";
}
