using Spectre.Console;

namespace Perennial.Commands.Terminals;

/// <summary>Progress for a person: one bar, redrawn in place.</summary>
internal sealed class BarStep(ProgressTask task, string title) : IStep
{
    public void Of(long total)
    {
        task.MaxValue = Math.Max(1, total);
        task.IsIndeterminate = false;
    }

    public void At(long done, string? detail = null)
    {
        task.Value = done;
        if (detail is not null)
        {
            task.Description = $"{Markup.Escape(title)} [grey]{Markup.Escape(detail)}[/]";
        }
    }

    public void Ended(string summary) => task.Description = $"{Markup.Escape(title)} [grey]{Markup.Escape(summary)}[/]";
}
