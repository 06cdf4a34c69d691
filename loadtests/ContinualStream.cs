// A stream of classes over HTTP: two classes at a time are posted, a run is asked for and waited for, then the next two; beside it a second service that gets
// all images at once and one run of as many steps.
//
//   dotnet run loadtests/ContinualStream.cs -- --data ../shared/data/cifar10/train.tar.gz [--images-per-class 1000] [--tasks 5] [--steps 150] [--width 12] [--batch-size 128] [--threads 0]
//
// Prints the kNN accuracy of the served generation on the images that the service itself holds out (one in ten, by content), after the stream and after joint
// training, and their ratio. Exit code 1 where the ratio is below 0.97. Labels come with the images; nothing learns from them, they measure.
// Needs the product built: dotnet build -c Release src/Perennial. Loopback only; stops by itself.

using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

string Option(string name, string fallback) => Array.IndexOf(args, "--" + name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : fallback;
string root = ServiceProcess.Root();
string data = Option("data", Path.Combine(root, "../shared/data/cifar10/train.tar.gz"));
int perClass = int.Parse(Option("images-per-class", "1000")), tasks = int.Parse(Option("tasks", "5")), steps = int.Parse(Option("steps", "150"));
int width = int.Parse(Option("width", "12")), batch = int.Parse(Option("batch-size", "128")), threads = int.Parse(Option("threads", "0"));
string executable = Option("perennial", Path.Combine(root, "src/Perennial/bin/Release/net10.0/linux-x64/perennial"));
if (!File.Exists(data) || !File.Exists(executable))
{
    Console.Error.WriteLine($"Missing {(File.Exists(data) ? executable + " (build it first)" : data)}.");
    return 2;
}

IReadOnlyList<(string Label, List<byte[]> Images)> classes = Read(data, perClass);
string[][] stream = [.. Enumerable.Range(0, tasks).Select(task => classes.Skip(task * classes.Count / tasks).Take((task + 1) * classes.Count / tasks - task * classes.Count / tasks).Select(one => one.Label).ToArray())];
JsonNode streamed = await Serve("stream", stream, steps), joint = await Serve("joint", [[.. classes.Select(one => one.Label)]], steps * tasks);
double after = (double)streamed["knnAccuracy"]!, bound = (double)joint["knnAccuracy"]!, ratio = after / bound;
Console.WriteLine($"kNN accuracy of the served generation over {classes.Count} classes, {streamed["labelledTestImages"]} held-out images: {100 * after:F1} % after {tasks} tasks of {steps} steps, {100 * bound:F1} % after joint training of {tasks * steps}; ratio {ratio:F3}.");
return ratio >= 0.97 ? 0 : 1;

// Scores of the generation that serves when the last run has ended.
async Task<JsonNode> Serve(string name, string[][] parts, int stepsPerRun)
{
    await using ServiceProcess service = ServiceProcess.Start(executable);
    using var http = new HttpClient { BaseAddress = new Uri(service.Address), Timeout = TimeSpan.FromSeconds(60) };
    JsonNode? run = null;
    try
    {
        await ServiceProcess.UntilAsync(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "ready", TimeSpan.FromSeconds(60));
        await Sent(await http.PutAsJsonAsync("/admin/policy", new { limits = new { threads } }));
        for (int part = 0; part < parts.Length; part++)
        {
            foreach ((string label, List<byte[]> images) in classes.Where(one => parts[part].Contains(one.Label)))
            {
                foreach (byte[][] some in images.Chunk(50))
                {
                    using var form = new MultipartFormDataContent();
                    foreach (byte[] image in some) { form.Add(Pictures.Jpeg(image), "images", "image.jpg"); }
                    await Sent(await http.PostAsync($"/images?label={label}", form));
                }
            }
            // The width is not the starter's, so that the first run begins with random weights: the starter has seen more than the stream brings.
            HttpResponseMessage queued = await http.PostAsJsonAsync("/admin/runs", new
            {
                kind = "pretrain",
                recipe = "simclr-small",
                promote = "always",
                overrides = new { width, batch_size = batch, max_steps = stepsPerRun, knn_every = 0, seed = part + 1 },
            });
            await Sent(queued);
            long begun = Stopwatch.GetTimestamp();
            await ServiceProcess.UntilAsync(async () => (run = await http.GetFromJsonAsync<JsonNode>(queued.Headers.Location))!["finishedAt"] is not null, "trained", TimeSpan.FromMinutes(30));
            if ((string?)run!["state"] != "promoted") { throw new InvalidOperationException($"the run is {run["state"]}: {run["error"]}"); }
            JsonNode scores = run["evaluation"]!["new"]!;
            Console.WriteLine($"{name}, {string.Join(", ", parts[part])}: generation {run["generation"]} from {run["evaluation"]!["old"]?["knnAccuracy"]?.ToString() ?? "nothing"} to kNN {scores["knnAccuracy"]} on {scores["labelledTestImages"]} images, {Stopwatch.GetElapsedTime(begun).TotalSeconds:F0} s");
        }
        return run!["evaluation"]!["new"]!.DeepClone();
    }
    catch (Exception e)
    {
        service.Blame(name, e);
        throw;
    }
}

static async Task Sent(HttpResponseMessage answer)
{
    if (!answer.IsSuccessStatusCode) { throw new InvalidOperationException($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"); }
}

// The first images of each class folder, classes in ordinal order.
static IReadOnlyList<(string, List<byte[]>)> Read(string path, int perClass)
{
    SortedDictionary<string, List<byte[]>> classes = new(StringComparer.Ordinal);
    using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
    while (tar.GetNextEntry() is { } entry)
    {
        if (entry.DataStream is null || entry.Length == 0 || Path.GetFileName(Path.GetDirectoryName(entry.Name)) is not { Length: > 0 } label) { continue; }
        if (!classes.TryGetValue(label, out List<byte[]>? images)) { classes[label] = images = []; }
        if (images.Count >= perClass) { continue; }
        using var memory = new MemoryStream();
        entry.DataStream.CopyTo(memory);
        images.Add(memory.ToArray());
    }
    return [.. classes.Select(one => (one.Key, one.Value))];
}
