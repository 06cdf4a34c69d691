using System.CommandLine;
using Perennial.Background;
using Perennial.Hosting;
using Perennial.Inference.Engines;

namespace Perennial.Commands;

/// <summary><c>perennial serve</c>: the service, until it is told to stop.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        Option<string?> dataDirectory = new("--data-dir") { Description = "Where images, models and vectors are kept; created when absent (default ./data).", HelpName = "DIR" };
        Option<string?> urls = new("--urls") { Description = "Addresses to listen on, separated by ';' (default http://127.0.0.1:8080). Others than loopback need keys.", HelpName = "URLS" };
        Option<string?> config = new("--config") { Description = "JSON file with the section Perennial: keys, limits, admin listener. Environment variables (Perennial__Limits__...) come before it.", HelpName = "FILE" };
        Option<string?> engine = new("--engine") { Description = "tensorrt, onnxruntime-tensorrt, onnxruntime-cuda, onnxruntime-cpu, or auto: the first of these that answers as recorded (default).", HelpName = "KIND" };
        Option<string?> precision = new("--precision") { Description = "fp32, fp16, int8, or auto: what suits the engine, the processor and the model (default).", HelpName = "P" };
        Verb serve = new("serve", "Answer embeddings, labels and similar images over HTTP, and learn from what comes in.",
            "serve",
            "serve --data-dir /var/lib/perennial --urls http://*:8080 --config perennial.json")
        {
            dataDirectory, urls, config, engine, precision,
        };
        serve.SetAction((parsed, cancellationToken) => RunAsync(
            Settings(
                (nameof(PerennialOptions.DataDirectory), parsed.GetValue(dataDirectory)),
                (nameof(PerennialOptions.Urls), parsed.GetValue(urls)),
                ($"{nameof(PerennialOptions.Engine)}:{nameof(EngineOptions.Kind)}", parsed.GetValue(engine)),
                ($"{nameof(PerennialOptions.Engine)}:{nameof(EngineOptions.Precision)}", parsed.GetValue(precision))),
            parsed.GetValue(config), cancellationToken));
        return serve;
    }

    private static async Task<int> RunAsync(IEnumerable<KeyValuePair<string, string?>> settings, string? config, CancellationToken cancellationToken)
    {
        FreedMemory.KeepLittle();
        await using WebApplication app = ServeHost.Build(settings, config);
        await app.RunAsync(cancellationToken);
        return ExitCode.Done;
    }

    private static IEnumerable<KeyValuePair<string, string?>> Settings(params (string Key, string? Value)[] flags) =>
        flags.Where(flag => flag.Value is not null).Select(flag => KeyValuePair.Create($"{PerennialOptions.Section}:{flag.Key}", flag.Value));
}
