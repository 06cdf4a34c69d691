using System.CommandLine;

namespace Perennial.Commands;

/// <summary>The flag that every verb with a result has for machines.</summary>
internal static class JsonOutput
{
    public static Option<bool> Option() => new("--json") { Description = "Print the result as one JSON object on stdout, and nothing else there." };
}
