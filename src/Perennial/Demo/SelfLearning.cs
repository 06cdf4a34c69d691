using System.Diagnostics;
using System.Text.Json.Nodes;
using Perennial.Client;
using Perennial.Commands.Terminals;

namespace Perennial.Demo;

/// <summary>The runs that nobody starts: a policy says when the service learns, and the service decides.</summary>
internal sealed class SelfLearning(PerennialClient client, Terminal terminal)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Keeps the service from learning until the demo has looked at what serves now.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => client.PutPolicyAsync(new JsonObject { ["triggers"] = new JsonObject { ["enabled"] = false } }, cancellationToken);

    /// <summary>Lets the service learn on its own, with limits small enough for a demo.</summary>
    /// <param name="epochs">Passes over the pictures.</param>
    /// <param name="first">Pictures that make a first run.</param>
    /// <param name="more">New pictures that make another.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task AllowAsync(int epochs, int first, int more, CancellationToken cancellationToken) => client.PutPolicyAsync(new JsonObject
    {
        ["run"] = new JsonObject { ["overrides"] = new JsonObject { ["epochs"] = epochs } },
        ["triggers"] = new JsonObject
        {
            ["firstRun"] = new JsonObject { ["images"] = first },
            ["amount"] = new JsonObject { ["images"] = more, ["share"] = null },
            ["drift"] = new JsonObject { ["enabled"] = false },
            ["performance"] = new JsonObject { ["enabled"] = false },
            ["cooldown"] = new JsonObject { ["minutes"] = 0 },
        },
    }, cancellationToken);

    /// <summary>Waits for the service to start a run by itself, says why it did, and shows the run to its end.</summary>
    /// <param name="trigger">The one that is to start it.</param>
    /// <param name="title">Of the progress bar.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <returns>The run's record; null when nothing was started in two minutes.</returns>
    public async Task<JsonNode?> FollowAsync(string trigger, string title, CancellationToken cancellationToken)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience; await Task.Delay(200, cancellationToken))
        {
            JsonNode runs = await client.GetAsync("/admin/runs?limit=10", cancellationToken);
            if (runs["runs"]!.AsArray().FirstOrDefault(run => run!["trigger"]?.GetValue<string>() == trigger) is not { } started) continue;
            terminal.Remark($"the service decided by itself to learn: {started["reason"]}");
            return await RunFollower.WatchAsync(client, started["id"]!.GetValue<string>(), title, terminal, cancellationToken);
        }
        JsonNode decided = await client.GetAsync("/admin/triggers", cancellationToken);
        terminal.Remark($"the service has not started to learn: {decided["reason"]}");
        return null;
    }
}
