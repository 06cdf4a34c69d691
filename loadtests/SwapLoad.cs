// Swaps under full load: what they cost those who ask meanwhile, and whether memory comes back.
//
//   dotnet run loadtests/SwapLoad.cs -- --data ../shared/data/cifar10/train.tar.gz [--swaps 200] [--promotions 40] [--failures 200] [--seconds 30] [--rounds 10]
//                                       [--connections 8] [--backbone resnet18] [--width 16] [--image-size 32] [--stay 50]
//
// Eight connections on /embed and two on /search, each sending its next request when it has its answer, and /health/ready every 50 ms, in turn while
//   steady         nothing else happens
//   swaps          two generations that are both ready change places, by /admin/rollback and /admin/generations/{n}/promote
//   promotions     three generations in a ring: every promotion verifies, loads, probes, warms and re-indexes the next one, and frees the oldest
//   failed loads   promotions of damaged generations: one by its digest, one whose last recorded answer is another one; nothing may change
//
// Fails with exit code 1 when a request or a readiness check failed, when header and body name different generations, when a vector is not the one
// that this generation gave for this picture before, when a search does not find its picture, or when a damaged generation was let in.
// Needs the product built: dotnet build -c Release src/Perennial. Loopback only; stops by itself.

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

const int PictureCount = 140;  // as many as a run needs to train on its smallest batch
const int Searchers = 2;
string Option(string name, string fallback) => Array.IndexOf(args, "--" + name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : fallback;
int Number(string name, int fallback) => int.Parse(Option(name, fallback.ToString()));
string root = ServiceProcess.Root();
string data = Option("data", Path.Combine(root, "../shared/data/cifar10/train.tar.gz"));
string executable = Option("perennial", Path.Combine(root, "src/Perennial/bin/Release/net10.0/linux-x64/perennial"));
int swaps = Number("swaps", 200), promotions = Number("promotions", 40), failures = Number("failures", 200), seconds = Number("seconds", 30), stay = Number("stay", 50);
int connections = Number("connections", 8), rounds = Number("rounds", 10);
if (!File.Exists(data) || !File.Exists(executable))
{
    Console.Error.WriteLine($"Missing {(File.Exists(data) ? executable + " (build it first)" : data)}.");
    return 2;
}

byte[][] pictures = [.. Pictures.Read(data, PictureCount, every: 350)];
string[] ids = [.. pictures.Select(picture => Convert.ToHexStringLower(SHA256.HashData(picture)))];
await using ServiceProcess service = ServiceProcess.Start(executable);
using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections + Searchers + 8 }) { BaseAddress = new Uri(service.Address), Timeout = TimeSpan.FromSeconds(60) };
var answers = new ConcurrentQueue<Answer>();
var vectors = new ConcurrentDictionary<(int Generation, int Picture), float[]>();
var digests = new ConcurrentDictionary<int, string>();
using var stop = new CancellationTokenSource();
Phase phase = new("preparation");
Dictionary<string, Phase> phases = [];
List<Task> callers = [];
try
{
    await ServiceProcess.UntilAsync(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "ready", TimeSpan.FromSeconds(60));
    await Ingest();
    Console.Error.WriteLine("training three generations");
    int[] ring = [await Train(1), await Train(2), await Train(3)];
    int changed = Damage(ring[1], "encoder.onnx", bytes => bytes[^100] ^= 1, anew: false);
    int wrong = Damage(ring[1], "probes.safetensors", bytes => BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(EndOfEmbeddings(bytes) - sizeof(float)), 1), anew: true);
    foreach (int generation in ring[..2]) { await Promote(generation); } // both are ready now
    await Indexed();
    callers.AddRange(Enumerable.Range(0, connections).Select(c => Task.Run(() => Call("embed", c, Embed))));
    callers.AddRange(Enumerable.Range(0, connections == 0 ? 0 : Searchers).Select(c => Task.Run(() => Call("search", c, Search))));
    callers.Add(Task.Run(Poll));
    await Task.Delay(TimeSpan.FromSeconds(5)); // the callers' own first requests are not measured

    // A machine is not equally fast all the time: the phases take turns, so that each has its share of every minute.
    int swapped = 0, promoted = 0, failed = 0;
    for (int round = 1; round <= rounds; round++)
    {
        await During("steady", async () => await Task.Delay(TimeSpan.FromSeconds((double)seconds / rounds)));
        await During("swaps", async () =>
        {
            for (; swapped < swaps * round / rounds; swapped++) { await Swap(swapped % 2 == 0); }
        });
        await During("promotions", async () =>
        {
            for (; promoted < promotions * round / rounds; promoted++) { await Promote(await Unloaded(ring)); }
        });
        await During("failed loads", async () =>
        {
            for (; failed < failures * round / rounds; failed++) { await Refuse(failed % 2 == 0 ? changed : wrong); }
        });
        Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} round {round} of {rounds}: {service.Memory} MB");
    }
}
catch (Exception e)
{
    service.Blame(phase.Name, e);
    return 1;
}
finally
{
    await stop.CancelAsync();
    await Task.WhenAll(callers);
}

return Report();

// ---- callers ----

async Task Call(string kind, int caller, Func<int, Task<string?>> request)
{
    var random = new Random(caller);
    while (!stop.IsCancellationRequested)
    {
        Phase during = phase;
        long begun = Stopwatch.GetTimestamp();
        string? fault;
        try { fault = await request(random.Next(pictures.Length)); }
        catch (Exception e) { fault = e.Message; }
        answers.Enqueue(new(kind, during.Name, Stopwatch.GetElapsedTime(begun).TotalMilliseconds, fault));
    }
}

async Task<string?> Embed(int picture)
{
    using HttpResponseMessage answer = await http.PostAsync("/embed?encoding_format=base64", Pictures.Jpeg(pictures[picture]));
    JsonNode body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    if (Contradiction(answer, body) is { } contradiction) { return contradiction; }
    float[] vector = MemoryMarshal.Cast<byte, float>(Convert.FromBase64String((string)body["embeddings"]![0]!["embedding"]!)).ToArray();
    float[] first = vectors.GetOrAdd(((int)body["generation"]!, picture), vector);
    float cosine = first.Zip(vector, (a, b) => a * b).Sum();
    return cosine > 0.9999f ? null : $"wrong generation: the vector has cosine {cosine} with the one that generation {body["generation"]} gave before";
}

async Task<string?> Search(int picture)
{
    using HttpResponseMessage answer = await http.PostAsync("/search?k=3", Pictures.Jpeg(pictures[picture]));
    JsonNode body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    if (Contradiction(answer, body) is { } contradiction) { return contradiction; }
    JsonNode? self = body["hits"]!.AsArray().FirstOrDefault(hit => (string)hit!["id"]! == ids[picture]);
    return self is not null && (float)self["score"]! > 0.999f ? null : $"wrong generation: a picture found itself with cosine {self?["score"]?.ToString() ?? "(not at all)"}";
}

string? Contradiction(HttpResponseMessage answer, JsonNode body)
{
    if (!answer.IsSuccessStatusCode) { return $"{(int)answer.StatusCode} {body.ToJsonString()}"; }
    string digest = (string)body["digest"]!;
    int generation = (int)body["generation"]!;
    bool agree = digest == answer.Headers.GetValues("X-Perennial-Digest").Single() && generation.ToString() == answer.Headers.GetValues("X-Perennial-Generation").Single()
        && digests.GetOrAdd(generation, digest) == digest;
    return agree ? null : $"wrong generation: header and body disagree in {body["generation"]} {digest}";
}

async Task Poll()
{
    while (!stop.IsCancellationRequested)
    {
        Phase during = phase;
        long begun = Stopwatch.GetTimestamp();
        string? fault = null;
        try
        {
            using HttpResponseMessage answer = await http.GetAsync("/health/ready");
            if (answer.StatusCode != HttpStatusCode.OK) { fault = $"{(int)answer.StatusCode}"; }
        }
        catch (Exception e) { fault = e.Message; }
        answers.Enqueue(new("ready", during.Name, Stopwatch.GetElapsedTime(begun).TotalMilliseconds, fault));
        await Task.Delay(50);
    }
}

// ---- steps ----

async Task During(string name, Func<Task> what)
{
    if (!phases.TryGetValue(name, out Phase? entered)) { phases.Add(name, entered = new Phase(name)); }
    phase = entered;
    long begun = Stopwatch.GetTimestamp();
    await what();
    entered.Seconds += Stopwatch.GetElapsedTime(begun).TotalSeconds;
    phase = new Phase("between");
    await Task.Delay(200); // what began in one phase does not end in the next
    entered.Memory.Add(service.Memory);
}

async Task Ingest()
{
    using var form = new MultipartFormDataContent();
    foreach (byte[] picture in pictures[..60]) { form.Add(Pictures.Jpeg(picture), "images", "a.jpg"); }
    (await http.PostAsync("/images", form)).EnsureSuccessStatusCode().Dispose();
    foreach (byte[] picture in pictures[60..]) { (await http.PostAsync("/images", Pictures.Jpeg(picture))).EnsureSuccessStatusCode().Dispose(); }
}

Task Indexed() => ServiceProcess.UntilAsync(async () => (await http.GetStringAsync("/metrics")).Split('\n').Any(line => line.StartsWith("perennial_index_lag_images") && line.EndsWith(" 0")), "indexed", TimeSpan.FromSeconds(120));

// One epoch: what it has learnt does not matter here, but its weights must be others.
async Task<int> Train(int seed)
{
    JsonObject overrides = new()
    {
        ["epochs"] = 1, ["batch_size"] = 64, ["backbone"] = Option("backbone", "resnet18"), ["width"] = Number("width", 16), ["image_size"] = Number("image-size", 32), ["seed"] = seed,
    };
    JsonObject order = new() { ["kind"] = "pretrain", ["recipe"] = "simclr-small", ["promote"] = "never", ["overrides"] = overrides };
    using HttpResponseMessage accepted = await http.PostAsync("/admin/runs", new StringContent(order.ToJsonString(), Encoding.UTF8, "application/json"));
    JsonNode run = await Ends(accepted, "completed");
    return (int)run["generation"]!;
}

async Task Promote(int generation)
{
    using HttpResponseMessage accepted = await http.PostAsync($"/admin/generations/{generation}/promote", null);
    await Ends(accepted, "promoted");
}

// The one of the ring that neither serves nor is kept ready.
async Task<int> Unloaded(int[] ring)
{
    JsonNode now = (await http.GetFromJsonAsync<JsonNode>("/admin/generations"))!;
    return ring.Single(generation => generation != (int)now["serving"]! && generation != (int)now["retained"]!);
}

// Both generations are ready: the answer comes when the other one serves.
async Task Swap(bool back)
{
    int other = (int)(await http.GetFromJsonAsync<JsonNode>("/admin/generations"))!["retained"]!;
    using HttpResponseMessage answer = await http.PostAsync(back ? "/admin/rollback" : $"/admin/generations/{other}/promote", null);
    if (answer.StatusCode != HttpStatusCode.OK || await Serving() != other) { throw new InvalidOperationException($"a swap was answered {(int)answer.StatusCode}"); }
    await Task.Delay(stay);
}

async Task Refuse(int generation)
{
    int serving = await Serving();
    using HttpResponseMessage accepted = await http.PostAsync($"/admin/generations/{generation}/promote", null);
    string error = (string)(await Ends(accepted, "failed"))["error"]!;
    if (!error.Contains("is not admitted") || await Serving() != serving) { throw new InvalidOperationException($"a damaged generation was not refused: {error}"); }
}

async Task<JsonNode> Ends(HttpResponseMessage accepted, string expected)
{
    if (accepted.StatusCode != HttpStatusCode.Accepted) { throw new InvalidOperationException($"{(int)accepted.StatusCode} {await accepted.Content.ReadAsStringAsync()}"); }
    JsonNode run = null!;
    await ServiceProcess.UntilAsync(async () =>
    {
        run = (await http.GetFromJsonAsync<JsonNode>(accepted.Headers.Location!))!;
        string state = (string)run["state"]!;
        return state == expected || (state is "failed" or "rejected" or "cancelled" or "completed" or "promoted" ? throw new InvalidOperationException($"the run ended as {run.ToJsonString()}") : false);
    }, expected, TimeSpan.FromMinutes(5));
    return run;
}

async Task<int> Serving() => (int)(await http.GetFromJsonAsync<JsonNode>("/health/ready"))!["generation"]!;

// A copy of a generation, under the next number, with one file changed; with its digest anew the change is found by the probes only.
int Damage(int generation, string file, Action<byte[]> change, bool anew)
{
    string models = Path.Combine(service.DataDirectory, "models");
    int number = Directory.GetDirectories(models, "gen-*").Length + 1;
    string from = Path.Combine(models, $"gen-{generation:D6}"), to = Path.Combine(models, $"gen-{number:D6}");
    Directory.CreateDirectory(to);
    foreach (string path in Directory.GetFiles(from)) { File.Copy(path, Path.Combine(to, Path.GetFileName(path))); }
    byte[] bytes = File.ReadAllBytes(Path.Combine(to, file));
    change(bytes);
    File.WriteAllBytes(Path.Combine(to, file), bytes);
    JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(to, "manifest.json")))!;
    (manifest["number"], manifest["run"]) = (number, null);
    if (anew) { manifest["files"]![file] = Convert.ToHexStringLower(SHA256.HashData(bytes)); }
    File.WriteAllText(Path.Combine(to, "manifest.json"), manifest.ToJsonString());
    return number;
}

// The last recorded answer comes last: all others pass before the damage is found.
static int EndOfEmbeddings(byte[] safetensors)
{
    int header = (int)BinaryPrimitives.ReadInt64LittleEndian(safetensors);
    return sizeof(long) + header + (int)JsonNode.Parse(safetensors.AsSpan(sizeof(long), header))!["embedding"]!["data_offsets"]![1]!;
}

// ---- report ----

int Report()
{
    Answer[] all = [.. answers.Where(answer => phases.ContainsKey(answer.Phase))];
    double steady = Percentile(all.Where(a => a.Phase == "steady" && a.Kind != "ready"), 0.99);
    StringBuilder table = new("| phase | times | seconds | requests | failed | wrong generation | not ready | p50 ms | p99 ms | longest ms | p99 / steady |\n|---|---|---|---|---|---|---|---|---|---|---|\n");
    foreach (Phase p in phases.Values)
    {
        Answer[] during = [.. all.Where(a => a.Phase == p.Name && a.Kind != "ready")], ready = [.. all.Where(a => a.Phase == p.Name && a.Kind == "ready")];
        string times = p.Name switch { "swaps" => $"{swaps}", "promotions" => $"{promotions}", "failed loads" => $"{failures}", _ => "" };
        double p99 = Percentile(during, 0.99);
        table.AppendLine($"| {p.Name} | {times} | {p.Seconds:0} | {during.Length:N0} | {during.Count(a => a.Fault is not null)} | {during.Count(a => a.Fault?.StartsWith("wrong") == true)} | "
            + $"{ready.Count(a => a.Fault is not null)} of {ready.Length:N0} | {Percentile(during, 0.5):0.0} | {p99:0.0} | {Percentile(during, 1):0} | {p99 / steady:0.00} |");
    }
    table.AppendLine($"\n| resident MB after round | {string.Join(" | ", Enumerable.Range(1, rounds))} |\n|---|{string.Concat(Enumerable.Repeat("---|", rounds))}");
    foreach (Phase p in phases.Values) { table.AppendLine($"| {p.Name} | {string.Join(" | ", p.Memory)} |"); }
    Console.WriteLine(table);
    foreach (string fault in all.Where(a => a.Fault is not null).Select(a => $"{a.Phase}/{a.Kind}: {a.Fault}").Distinct().Take(10)) { Console.WriteLine("FAILED " + fault); }
    return all.Any(a => a.Fault is not null) ? 1 : 0;
}

static double Percentile(IEnumerable<Answer> some, double share)
{
    double[] ms = [.. some.Select(answer => answer.Milliseconds).Order()];
    return ms.Length == 0 ? double.NaN : ms[(int)Math.Min(ms.Length - 1, ms.Length * share)];
}

internal sealed record Answer(string Kind, string Phase, double Milliseconds, string? Fault);

internal sealed record Phase(string Name)
{
    public double Seconds { get; set; }

    /// <summary>Resident MB of the server after each round.</summary>
    public List<int> Memory { get; } = [];
}
