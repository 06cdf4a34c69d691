// Swap under traffic: eight connections on /embed and two on /search while the server ingests, trains, re-indexes, promotes and rolls back.
//
//   dotnet run loadtests/SwapUnderTraffic.cs -- --data ../shared/data/cifar10/train.tar.gz [--images 2000] [--epochs 3] [--flips 20] [--connections 8]
//
// Proves, or fails with exit code 1:
//   1. no request fails: every answer is a 200
//   2. every answer names one generation together with the digest that belongs to it
//   3. no search mixes two: a query that is in the index finds itself first with cosine 1, which it would not
//      if the engine of one generation had met the vectors of another
//
// Needs the product built: dotnet build -c Release src/Perennial. Loopback only; stops by itself.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

string Option(string name, string fallback) => Array.IndexOf(args, "--" + name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : fallback;
string root = ServiceProcess.Root();
string data = Option("data", Path.Combine(root, "../shared/data/cifar10/train.tar.gz"));
int images = int.Parse(Option("images", "2000")), epochs = int.Parse(Option("epochs", "3"));
int flips = int.Parse(Option("flips", "20")), connections = int.Parse(Option("connections", "8"));
string executable = Option("perennial", Path.Combine(root, "src/Perennial/bin/Release/net10.0/linux-x64/perennial"));
if (!File.Exists(data) || !File.Exists(executable))
{
    Console.Error.WriteLine($"Missing {(File.Exists(data) ? executable + " (build it first)" : data)}.");
    return 2;
}

List<byte[]> pictures = Pictures.Read(data, images, every: 20);
await using ServiceProcess service = ServiceProcess.Start(executable);
using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections + 8 }) { BaseAddress = new Uri(service.Address), Timeout = TimeSpan.FromSeconds(60) };
var answers = new ConcurrentQueue<Answer>();
using var stop = new CancellationTokenSource();
string phase = "start";
var indexed = new ConcurrentBag<int>();
List<Task> callers = [];
try
{
    await ServiceProcess.UntilAsync(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "ready", TimeSpan.FromSeconds(60));
    callers.AddRange(Enumerable.Range(0, connections).Select(c => Task.Run(() => Call("embed", c, Embed))));
    callers.AddRange(Enumerable.Range(0, 2).Select(c => Task.Run(() => Call("search", c, Search))));

    Enter("ingest");
    for (int first = 0; first < pictures.Count; first += 50)
    {
        using var form = new MultipartFormDataContent();
        for (int i = first; i < Math.Min(first + 50, pictures.Count); i++) { form.Add(Pictures.Jpeg(pictures[i]), "images", $"{i}.jpg"); }
        using HttpResponseMessage answer = await http.PostAsync("/images", form);
        answer.EnsureSuccessStatusCode();
    }
    await ServiceProcess.UntilAsync(async () => (await http.GetStringAsync("/metrics")).Split('\n').Any(l => l.StartsWith("perennial_index_lag_images") && l.EndsWith(" 0")), "indexed", TimeSpan.FromSeconds(120));
    for (int i = 0; i < pictures.Count; i++) { indexed.Add(i); }

    Enter("train, re-index, promote");
    await RunToPromotion();
    Enter("rollback and promote");
    int newest = (await Generations()).Max(), before = await Serving();
    for (int flip = 0; flip < flips; flip++)
    {
        using HttpResponseMessage answer = await http.PostAsync("/admin/rollback", null);
        answer.EnsureSuccessStatusCode();
        await Task.Delay(150);
    }
    Console.WriteLine($"generation {before} after training, {await Serving()} after {flips} flips; generations: {string.Join(", ", await Generations())}");
    Enter("afterwards");
    await Task.Delay(1000);
}
catch (Exception e)
{
    service.Blame(phase, e);
    return 1;
}
finally
{
    await stop.CancelAsync();
    await Task.WhenAll(callers);
}

return Report();

// ---- callers ----

async Task Call(string kind, int caller, Func<Random, Task<(int Generation, string Digest, string? Fault)>> request)
{
    var random = new Random(caller);
    while (!stop.IsCancellationRequested)
    {
        string during = phase;
        long begun = Stopwatch.GetTimestamp();
        try
        {
            (int generation, string digest, string? fault) = await request(random);
            answers.Enqueue(new(kind, during, generation, digest, Stopwatch.GetElapsedTime(begun).TotalMilliseconds, fault));
        }
        catch (Exception e)
        {
            answers.Enqueue(new(kind, during, 0, "", Stopwatch.GetElapsedTime(begun).TotalMilliseconds, e.Message));
        }
    }
}

async Task<(int, string, string?)> Embed(Random random)
{
    using HttpResponseMessage answer = await http.PostAsync("/embed", Pictures.Jpeg(pictures[random.Next(pictures.Count)]));
    JsonNode body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    return !answer.IsSuccessStatusCode ? (0, "", $"{(int)answer.StatusCode} {body.ToJsonString()}")
        : ((int)body["generation"]!, (string)body["digest"]!, body["embeddings"]!.AsArray().Count == 1 ? null : "no embedding");
}

async Task<(int, string, string?)> Search(Random random)
{
    bool known = !indexed.IsEmpty;
    int picture = random.Next(pictures.Count);
    string id = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(pictures[picture]));
    using HttpResponseMessage answer = await http.PostAsync("/search?k=3", Pictures.Jpeg(pictures[picture]));
    JsonNode body = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    if (!answer.IsSuccessStatusCode) { return (0, "", $"{(int)answer.StatusCode} {body.ToJsonString()}"); }
    JsonArray hits = body["hits"]!.AsArray();
    JsonNode? self = hits.FirstOrDefault(h => (string)h!["id"]! == id);
    string? fault = !known ? null
        : self is null ? "an indexed image did not find itself"
        : (double)self["score"]! < 0.999 ? $"an indexed image found itself with cosine {self["score"]}: vectors of two generations" : null;
    return ((int)body["generation"]!, (string)body["digest"]!, fault);
}

// ---- steps ----

async Task RunToPromotion()
{
    JsonObject order = new() { ["kind"] = "pretrain", ["promote"] = "always", ["overrides"] = new JsonObject { ["epochs"] = epochs } };
    using HttpResponseMessage accepted = await http.PostAsync("/admin/runs", new StringContent(order.ToJsonString(), Encoding.UTF8, "application/json"));
    accepted.EnsureSuccessStatusCode();
    Uri run = accepted.Headers.Location!;
    string state = "";
    await ServiceProcess.UntilAsync(async () =>
    {
        JsonNode now = (await http.GetFromJsonAsync<JsonNode>(run))!;
        if ((string)now["state"]! != state) { Console.WriteLine($"  run: {state = (string)now["state"]!}"); }
        return state is "failed" or "rejected" or "cancelled" ? throw new InvalidOperationException($"the run ended as {state}: {now.ToJsonString()}") : state == "promoted";
    }, "promoted", TimeSpan.FromMinutes(10));
}

async Task<int> Serving() => (int)(await http.PostAsync("/embed", Pictures.Jpeg(pictures[0])).Result.Content.ReadFromJsonAsync<JsonNode>())!["generation"]!;

async Task<List<int>> Generations()
{
    JsonNode body = (await http.GetFromJsonAsync<JsonNode>("/admin/generations"))!;
    return [.. (body as JsonArray ?? body["generations"]!.AsArray()).Select(g => (int)g!["number"]!)];
}

void Enter(string next) => Console.WriteLine($"{DateTime.Now:HH:mm:ss} {phase = next}");

// ---- report ----

int Report()
{
    Answer[] all = [.. answers];
    Console.WriteLine($"\n{"phase",-26}{"call",-8}{"answers",9}{"failed",8}{"p50 ms",9}{"p99 ms",9}{"max ms",9}  generations");
    foreach (var group in all.GroupBy(a => (a.Phase, a.Kind)))
    {
        double[] ms = [.. group.Select(a => a.Milliseconds).Order()];
        Console.WriteLine($"{group.Key.Phase,-26}{group.Key.Kind,-8}{ms.Length,9}{group.Count(a => a.Fault is not null),8}{ms[ms.Length / 2],9:0.0}{ms[(int)(ms.Length * 0.99)],9:0.0}{ms[^1],9:0.0}  {string.Join(",", group.Select(a => a.Generation).Distinct().Order())}");
    }
    foreach (string fault in all.Where(a => a.Fault is not null).Select(a => $"{a.Phase}/{a.Kind}: {a.Fault}").Distinct().Take(10)) { Console.WriteLine("FAILED " + fault); }
    var digests = all.Where(a => a.Fault is null).GroupBy(a => a.Generation).ToDictionary(g => g.Key, g => g.Select(a => a.Digest).Distinct().ToArray());
    bool oneDigestEach = digests.Values.All(d => d.Length == 1);
    int failed = all.Count(a => a.Fault is not null);
    Console.WriteLine($"{all.Length} answers, {failed} failed; {digests.Count} generations seen, {(oneDigestEach ? "each with one digest" : "A GENERATION WITH TWO DIGESTS")}");
    return failed == 0 && oneDigestEach && digests.Count >= 2 ? 0 : 1;
}

internal sealed record Answer(string Kind, string Phase, int Generation, string Digest, double Milliseconds, string? Fault);
