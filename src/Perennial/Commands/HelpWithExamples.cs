using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Perennial.Commands;

/// <summary>The ordinary help, followed by the verb's own examples.</summary>
internal sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
{
    /// <summary>Whoever asks for help need not have typed the rest rightly.</summary>
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
        {
            TextWriter output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Examples:");
            foreach (string example in verb.Examples)
            {
                output.WriteLine($"  perennial {example}");
            }
            output.WriteLine();
        }
        return ExitCode.Done;
    }
}
