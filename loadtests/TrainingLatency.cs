// Training beside traffic: what a whole cycle (train, evaluate, export, re-index, swap) costs those who ask meanwhile.
//
//   dotnet run -c Release loadtests/TrainingLatency.cs -- --data ../shared/data/cifar10/train.tar.gz [--images 1000] [--epochs 2] [--rate 30] [--quiet 20]
//                                                         [--limits '{"nice":10}'] [--overrides '{"width":64}']
//
// Open loop: requests leave at their time whether or not earlier ones are answered, and each is timed from the moment at which it was due. Four of five
// are /embed, the fifth is /search. First a quiet phase, then the cycle with the starter generation as parent, then quiet again; --limits is put as
// the policy's "limits" before all,
// --overrides change the recipe. Fails with exit code 1 when a request failed or the p99 of the cycle is more than twice the quiet one.
// Needs the product built: dotnet build -c Release src/Perennial. Loopback only; stops by itself.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

const double MostTimesQuiet = 2;
string Option(string name, string fallback) => Array.IndexOf(args, "--" + name) is >= 0 and int i && i + 1 < args.Length ? args[i + 1] : fallback;
int Number(string name, int fallback) => int.Parse(Option(name, fallback.ToString(CultureInfo.InvariantCulture)), CultureInfo.InvariantCulture);
string root = ServiceProcess.Root();
string data = Option("data", Path.Combine(root, "../shared/data/cifar10/train.tar.gz"));
string executable = Option("perennial", Path.Combine(root, "src/Perennial/bin/Release/net10.0/linux-x64/perennial"));
int images = Number("images", 1000), epochs = Number("epochs", 2), rate = Number("rate", 30), quiet = Number("quiet", 20);
if (!File.Exists(data) || !File.Exists(executable))
{
    Console.Error.WriteLine($"Missing {(File.Exists(data) ? executable + " (build it first)" : data)}.");
    return 2;
}

List<byte[]> pictures = Pictures.Read(data, images, every: Math.Max(1, 50_000 / images));
await using ServiceProcess service = ServiceProcess.Start(executable);
using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }) { BaseAddress = new Uri(service.Address), Timeout = TimeSpan.FromSeconds(60) };
var answers = new ConcurrentQueue<Answer>();
using var stop = new CancellationTokenSource();
string phase = "preparation";
Dictionary<string, double> seconds = [];
Task load = Task.CompletedTask;
try
{
    await ServiceProcess.UntilAsync(async () => (await http.GetAsync("/health/ready")).IsSuccessStatusCode, "ready", TimeSpan.FromSeconds(60));
    using (HttpResponseMessage put = await http.PutAsync("/admin/policy", Json($$"""{"limits":{{Option("limits", "{}")}}}"""))) { put.EnsureSuccessStatusCode(); }
    await Ingest();
    load = Task.Run(LoadAsync);
    await Task.Delay(TimeSpan.FromSeconds(4)); // the first requests are not measured
    await During("quiet", () => Task.Delay(TimeSpan.FromSeconds(quiet)));
    await Cycle();
    await During("quiet afterwards", () => Task.Delay(TimeSpan.FromSeconds(quiet / 2.0)));
}
catch (Exception e)
{
    service.Blame(phase, e);
    return 1;
}
finally
{
    await stop.CancelAsync();
    await load;
}

return await Report();

// ---- the load ----

async Task LoadAsync()
{
    var random = new Random(1);
    var pending = new ConcurrentDictionary<Task, bool>();
    long begun = Stopwatch.GetTimestamp();
    for (long request = 0; !stop.IsCancellationRequested; request++)
    {
        TimeSpan due = TimeSpan.FromSeconds((double)request / rate), wait = due - Stopwatch.GetElapsedTime(begun);
        if (wait > TimeSpan.Zero) { await Task.Delay(wait); }
        long at = Math.Max(begun + (long)(due.TotalSeconds * Stopwatch.Frequency), Stopwatch.GetTimestamp() - (2 * Stopwatch.Frequency / 1000)); // timers are up to 2 ms late
        Task one = AskAsync(request % 5 == 4 ? "search" : "embed", pictures[random.Next(pictures.Count)], at);
        pending[one] = true;
        _ = one.ContinueWith(ended => pending.TryRemove(ended, out _), TaskScheduler.Default);
    }
    await Task.WhenAll(pending.Keys);
}

async Task AskAsync(string kind, byte[] picture, long due)
{
    string during = phase, fault = "";
    try
    {
        using HttpResponseMessage answer = await http.PostAsync(kind == "embed" ? "/embed?encoding_format=base64" : "/search?k=5", Pictures.Jpeg(picture));
        string body = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) { fault = $"{(int)answer.StatusCode} {body}"; }
    }
    catch (Exception e) { fault = e.Message; }
    answers.Enqueue(new(kind, during, Stopwatch.GetElapsedTime(due).TotalMilliseconds, fault));
}

// ---- steps ----

async Task Ingest()
{
    for (int first = 0; first < pictures.Count; first += 50)
    {
        using var form = new MultipartFormDataContent();
        for (int i = first; i < Math.Min(first + 50, pictures.Count); i++) { form.Add(Pictures.Jpeg(pictures[i]), "images", $"{i}.jpg"); }
        using HttpResponseMessage answer = await http.PostAsync("/images", form);
        answer.EnsureSuccessStatusCode();
    }
    await ServiceProcess.UntilAsync(async () => (await http.GetStringAsync("/metrics")).Split('\n').Any(l => l.StartsWith("perennial_index_lag_images") && l.EndsWith(" 0")), "indexed", TimeSpan.FromSeconds(120));
}

async Task Cycle()
{
    JsonObject overrides = JsonNode.Parse(Option("overrides", "{}"))!.AsObject();
    overrides["epochs"] = epochs;
    JsonObject order = new() { ["kind"] = "pretrain", ["promote"] = "always", ["overrides"] = overrides };
    using HttpResponseMessage accepted = await http.PostAsync("/admin/runs", Json(order.ToJsonString()));
    if (!accepted.IsSuccessStatusCode) { throw new InvalidOperationException(await accepted.Content.ReadAsStringAsync()); }
    Uri run = accepted.Headers.Location!;
    string state = "queued";
    while (state != "promoted")
    {
        await During("cycle: " + state, () => ServiceProcess.UntilAsync(async () =>
        {
            JsonNode now = (await http.GetFromJsonAsync<JsonNode>(run))!;
            await Task.Delay(80);
            string before = state;
            state = (string)now["state"]!;
            return state is "failed" or "rejected" or "cancelled" ? throw new InvalidOperationException($"the run ended as {state}: {now.ToJsonString()}") : state != before;
        }, "over", TimeSpan.FromMinutes(15)));
    }
}

async Task During(string next, Func<Task> what)
{
    long begun = Stopwatch.GetTimestamp();
    Console.Error.WriteLine($"{DateTime.Now:HH:mm:ss} {phase = next}");
    await what();
    seconds[next] = Stopwatch.GetElapsedTime(begun).TotalSeconds;
}

static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

// ---- report ----

async Task<int> Report()
{
    foreach (string line in (await http.GetStringAsync("/metrics")).Split('\n').Where(l => l.StartsWith("perennial_learner_"))) { Console.Error.WriteLine(line); }
    Answer[] all = [.. answers.Where(answer => answer.Phase != "preparation")];
    double reference = Percentile(all.Where(answer => answer.Phase.StartsWith("quiet")), 0.99);
    Console.WriteLine("| phase | seconds | requests | failed | p50 ms | p99 ms | longest ms | p99 / quiet |\n|---|---|---|---|---|---|---|---|");
    foreach (string name in seconds.Keys) { Row(name, seconds[name], all.Where(answer => answer.Phase == name)); }
    Answer[] cycle = [.. all.Where(answer => answer.Phase.StartsWith("cycle"))];
    double ratio = Row("quiet, both", seconds.Where(s => s.Key.StartsWith("quiet")).Sum(s => s.Value), all.Except(cycle)) is var _
        ? Row("the whole cycle", seconds.Where(s => s.Key.StartsWith("cycle")).Sum(s => s.Value), cycle) : 0;
    foreach (string fault in all.Where(a => a.Fault != "").Select(a => $"{a.Phase}/{a.Kind}: {a.Fault}").Distinct().Take(10)) { Console.WriteLine("FAILED " + fault); }
    return all.Any(a => a.Fault != "") || ratio > MostTimesQuiet ? 1 : 0;

    double Row(string name, double took, IEnumerable<Answer> some)
    {
        Answer[] part = [.. some];
        double p99 = Percentile(part, 0.99);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {took:0} | {part.Length:N0} | {part.Count(a => a.Fault != "")} | {Percentile(part, 0.5):0.0} | {p99:0.0} | {Percentile(part, 1):0} | {p99 / reference:0.00} |"));
        return p99 / reference;
    }
}

static double Percentile(IEnumerable<Answer> some, double share)
{
    double[] ms = [.. some.Select(answer => answer.Milliseconds).Order()];
    return ms.Length == 0 ? double.NaN : ms[(int)Math.Min(ms.Length - 1, ms.Length * share)];
}

internal sealed record Answer(string Kind, string Phase, double Milliseconds, string Fault);
