using System.CommandLine;
using System.CommandLine.Help;

namespace Perennial.Commands;

/// <summary>The command line as a whole: which verbs there are, and the one place where an exception becomes an exit code.</summary>
internal static class RootVerbs
{
    /// <summary>Ctrl-C leaves a verb this long to put things in order (a training run writes its checkpoint) before the process ends.</summary>
    private static readonly TimeSpan TimeToStop = TimeSpan.FromSeconds(30);

    public static RootCommand Create()
    {
        var root = new RootCommand("A vision-model server that keeps learning: embeddings, labels and similar images from an encoder that trains itself on what it is given.")
        {
            DemoCommand.Create(),
            ServeCommand.Create(),
            IngestCommand.Create(),
            EmbedCommand.Create(),
            SearchCommand.Create(),
            PretrainCommand.Create(),
            KnnEvalCommand.Create(),
            LinearEvalCommand.Create(),
            FinetuneCommand.Create(),
            ExportCommand.Create(),
            BenchCommand.Create(),
            DoctorCommand.Create(),
            LearnCommand.Create(),
        };
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples((HelpAction)help.Action!);
        }
        return root;
    }

    /// <summary>Parses and runs; the exit code is one of <see cref="ExitCode"/>. Results go to <paramref name="output"/>, reasons to <paramref name="error"/>.</summary>
    public static async Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = Create().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            string verb = string.Join(' ', Path(parsed.CommandResult.Command));
            string reason = parsed.UnmatchedTokens is [string first, ..] ? $"'{verb}' does not know '{first}'" : parsed.Errors[0].Message.TrimEnd('.');
            error.WriteLine($"{reason}: '{verb} --help' shows what it takes.");
            return ExitCode.BadUsageOrInput;
        }
        try
        {
            var settings = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = TimeToStop,
                Output = output,
                Error = error,
            };
            return await parsed.InvokeAsync(settings, cancellationToken);
        }
        catch (Exception exception)
        {
            Failure failure = Failure.Of(exception);
            error.WriteLine(failure.Sentence);
            return failure.ExitCode;
        }
    }

    private static IEnumerable<string> Path(Command command)
        => command.Parents.OfType<Command>().Take(1).SelectMany(Path).Append(command is RootCommand ? "perennial" : command.Name);
}
