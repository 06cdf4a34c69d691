using System.CommandLine;
using Spectre.Console;

namespace Perennial.Commands.Terminals;

/// <summary>Where a verb speaks: results on the output, progress and remarks on the error stream, so that a pipe gets the results alone.</summary>
internal sealed class Terminal
{
    private readonly TextWriter _error;
    private readonly TimeProvider _time;
    private readonly bool _live;

    /// <param name="output">Results.</param>
    /// <param name="error">Progress and remarks.</param>
    /// <param name="live">Whether bars may be redrawn in place.</param>
    /// <param name="time">For rates and durations.</param>
    public Terminal(TextWriter output, TextWriter error, bool live, TimeProvider time)
    {
        Output = output;
        _error = error;
        _live = live;
        _time = time;
        Results = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Remarks = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
    }

    /// <summary>For JSON and other bytes that must come out as they are.</summary>
    public TextWriter Output { get; }

    /// <summary>For tables and other results that a person reads.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>For headings and remarks beside the results.</summary>
    public IAnsiConsole Remarks { get; }

    public static Terminal Of(ParseResult parsed)
    {
        InvocationConfiguration settings = parsed.InvocationConfiguration;
        bool live = ReferenceEquals(settings.Error, Console.Error) && !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        return new Terminal(settings.Output, settings.Error, live, TimeProvider.System);
    }

    /// <summary>One remark, on a line of its own.</summary>
    public void Remark(string line) => _error.WriteLine(line);

    /// <summary>Runs one piece of work under a progress bar, or with a line per event where the error stream is a pipe.</summary>
    /// <param name="title">What is done, in one or two words.</param>
    /// <param name="unit">What is counted, in the plural; null where the numbers mean nothing but a share.</param>
    /// <param name="total">How many there are; null where nobody knows yet.</param>
    /// <param name="work">Gets the step to report to.</param>
    public async Task<T> StepAsync<T>(string title, string? unit, long? total, Func<IStep, Task<T>> work)
    {
        if (!_live)
        {
            var lines = new LineStep(_error, title, unit, _time);
            lines.Of(total ?? 0);
            T made = await work(lines);
            lines.Close();
            return made;
        }
        return await Remarks.Progress()
            .AutoClear(false)
            .Columns([new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 28 }, new PercentageColumn(), .. unit is null ? [] : new ProgressColumn[] { new PaceColumn(unit) }, new RemainingTimeColumn()])
            .StartAsync(async progress =>
            {
                ProgressTask task = progress.AddTask(Markup.Escape(title), maxValue: Math.Max(1, total ?? 1));
                task.IsIndeterminate = total is null;
                T made = await work(new BarStep(task, title));
                task.IsIndeterminate = false;
                task.Value = task.MaxValue;
                return made;
            });
    }
}
