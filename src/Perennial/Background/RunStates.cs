namespace Perennial.Background;

/// <summary>How a <see cref="RunState"/> is written in the catalogue and over HTTP, and which ones are final.</summary>
internal static class RunStates
{
    /// <summary>The final states as an SQL list, for conditions.</summary>
    public const string FinalSql = "('promoted','rejected','completed','failed','cancelled')";

    public static string Name(this RunState state) => state.ToString().ToLowerInvariant();

    public static RunState Parse(string name) => Enum.Parse<RunState>(name, ignoreCase: true);

    public static bool IsFinal(this RunState state) => state >= RunState.Promoted;
}
