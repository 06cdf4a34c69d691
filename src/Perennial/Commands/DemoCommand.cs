using System.CommandLine;
using Perennial.Commands.Terminals;
using Perennial.Demo;

namespace Perennial.Commands;

/// <summary><c>perennial demo</c>: everything once, on pictures of its own or on the person's.</summary>
internal static class DemoCommand
{
    private const int UsualImages = 3000, UsualEpochs = 15;

    public static Command Create()
    {
        Option<bool> once = new("--once") { Description = "End after the proof: exit code 0 when the learned model beats raw pixels and the untrained network, else 1." };
        Option<string?> data = new("--data") { Description = "Your own pictures instead of rendered ones: a folder or an archive; class folders, if any, only measure.", HelpName = "PATH" };
        Option<string> dataDirectory = new("--data-dir") { Description = "Where the service keeps its data; emptied first if an earlier demo made it.", DefaultValueFactory = _ => "./demo-data", HelpName = "DIR" };
        Option<Uri?> url = new("--urls") { Description = "Where the service listens (default: a free port on 127.0.0.1).", HelpName = "URL" };
        Option<int> images = new("--images") { Description = "How many pictures to render.", DefaultValueFactory = _ => UsualImages };
        Option<int> epochs = new("--epochs") { Description = "Passes over them.", DefaultValueFactory = _ => UsualEpochs };
        var verb = new Verb("demo", "See everything at once: render pictures, learn from them without labels, swap the model in, label a few, classify and search.",
            "demo", "demo --once", "demo --data ~/photos")
        {
            once, data, dataDirectory, url, images, epochs,
        };
        verb.SetAction((parsed, cancellationToken) =>
        {
            int count = parsed.GetValue(images), passes = parsed.GetValue(epochs);
            if (count is < 300 or > 100_000) throw new UsageException($"--images {count} is outside 300 to 100000.");
            if (passes is < 1 or > 1000) throw new UsageException($"--epochs {passes} is outside 1 to 1000.");
            var run = new DemoRun(Terminal.Of(parsed), Path.GetFullPath(parsed.GetValue(dataDirectory)!), parsed.GetValue(url));
            return run.RunAsync(parsed.GetValue(data), count, passes, parsed.GetValue(once), cancellationToken);
        });
        return verb;
    }
}
