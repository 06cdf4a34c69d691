using System.Text.Json;

namespace Perennial.Background;

/// <summary>One thing that happened in a run, as it is kept and as it is sent.</summary>
/// <param name="Id">1, 2, 3, ... within the run; a client that lost its connection goes on after the last one that it saw.</param>
/// <param name="Name">"state", "progress", "note" or "verdict".</param>
/// <param name="Data">A JSON object on one line.</param>
internal sealed record RunEvent(long Id, string Name, string Data)
{
    /// <summary>The name of an event that tells a new state.</summary>
    public const string State = "state";

    /// <summary>Whether it tells that the run has ended.</summary>
    public bool IsFinal => Name == State && RunStates.Parse(JsonDocument.Parse(Data).RootElement.GetProperty("state").GetString()!).IsFinal();

    /// <summary>The data of an event that tells the state which the catalogue holds.</summary>
    public static string StateData(RunRecord run, DateTimeOffset at) =>
        JsonSerializer.Serialize(new { state = run.State, at, run.Generation, run.Message, run.Error }, RunJson.Options);
}
