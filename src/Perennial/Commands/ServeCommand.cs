using System.CommandLine;
using Perennial.Hosting;

namespace Perennial.Commands;

/// <summary><c>perennial serve</c>: the service, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<string?> dataDirectory = new("--data-dir") { Description = "Where images, models and vectors are kept; created when absent (default ./data).", HelpName = "DIR" };
        Option<string?> urls = new("--urls") { Description = "Addresses to listen on, separated by ';' (default http://127.0.0.1:8080). Others than loopback need keys.", HelpName = "URLS" };
        Option<string?> config = new("--config") { Description = "JSON file with the section Perennial: keys, limits, admin listener. Environment variables (Perennial__Limits__...) come before it.", HelpName = "FILE" };
        Verb serve = new("serve", "Answer embeddings, labels and similar images over HTTP, and learn from what comes in.",
            "serve",
            "serve --data-dir /var/lib/perennial --urls http://*:8080 --config perennial.json")
        {
            dataDirectory, urls, config,
        };
        serve.SetAction((parsed, cancellationToken) => RunAsync(Settings(parsed.GetValue(dataDirectory), parsed.GetValue(urls)), parsed.GetValue(config), cancellationToken));
        return serve;
    }

    private static async Task<int> RunAsync(IEnumerable<KeyValuePair<string, string?>> settings, string? config, CancellationToken cancellationToken)
    {
        ServingMemory.GiveBack();
        await using WebApplication app = ServeHost.Build(settings, config);
        await app.RunAsync(cancellationToken);
        return ExitCode.Done;
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(string? dataDirectory, string? urls)
    {
        if (dataDirectory is not null) yield return new($"{PerennialOptions.Section}:{nameof(PerennialOptions.DataDirectory)}", dataDirectory);
        if (urls is not null) yield return new($"{PerennialOptions.Section}:{nameof(PerennialOptions.Urls)}", urls);
    }
}
