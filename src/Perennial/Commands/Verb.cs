using System.CommandLine;

namespace Perennial.Commands;

/// <summary>A command of <c>perennial</c> whose help ends with command lines that can be copied.</summary>
/// <param name="name">The verb as typed.</param>
/// <param name="description">One sentence for the list of verbs.</param>
/// <param name="examples">Arguments after <c>perennial</c>, one whole example each.</param>
internal sealed class Verb(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;
}
