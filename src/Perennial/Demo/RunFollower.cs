using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Client;
using Perennial.Commands.Terminals;

namespace Perennial.Demo;

/// <summary>Starts a run and shows its events as they come, until it has ended.</summary>
internal static class RunFollower
{
    private const int Full = 1000;

    /// <summary>The run's record at its end.</summary>
    /// <exception cref="InvalidOperationException">It failed or was cancelled; the message is the service's.</exception>
    public static async Task<JsonNode> FollowAsync(PerennialClient client, JsonObject request, string title, Terminal terminal, CancellationToken cancellationToken)
    {
        string id = await client.StartRunAsync(request, cancellationToken);
        await terminal.StepAsync(title, null, Full, async step =>
        {
            await foreach ((string _, JsonObject data) in client.EventsAsync(id, cancellationToken))
            {
                double progress = data["progress"]?.GetValue<double>() ?? -1;
                step.At(progress >= 0 ? (long)(progress * Full) : 0, Detail(data));
            }
            step.At(Full);
            return true;
        });
        JsonNode run = await client.GetAsync($"/admin/runs/{id}", cancellationToken);
        string state = run["state"]!.GetValue<string>();
        return state is "failed" or "cancelled"
            ? throw new InvalidOperationException($"The {title} {state}: {run["error"]?.GetValue<string>() ?? run["message"]?.GetValue<string>()}")
            : run;
    }

    private static string? Detail(JsonObject data)
    {
        if (data["loss"]?.GetValue<double>() is not { } loss) return data["message"]?.GetValue<string>() ?? data["state"]?.GetValue<string>();
        string text = string.Create(CultureInfo.InvariantCulture, $"epoch {data["epoch"]}/{data["epochs"]}, loss {loss:F3}");
        if (data["imagesPerSecond"]?.GetValue<double>() is { } speed) text += string.Create(CultureInfo.InvariantCulture, $", {speed:F0} images/s");
        if (data["etaSeconds"]?.GetValue<double>() is { } eta) text += string.Create(CultureInfo.InvariantCulture, $", {eta:F0} s left");
        return text;
    }
}
