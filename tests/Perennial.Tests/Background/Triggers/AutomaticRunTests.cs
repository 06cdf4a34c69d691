using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background.Triggers;

/// <summary>The server decides by itself, on a clock that a test moves and with learners that do not learn.</summary>
public sealed class AutomaticRunTests : IDisposable
{
    private const string Small = "\"run\":{\"overrides\":{\"batch_size\":32}},\"limits\":{\"restarts\":0}";

    private static readonly string[] StandsStill = ["/bin/sh", "-c", "cat > /dev/null"], Fails = ["/bin/false"];

    private readonly TemporaryFolder _data = new();
    private readonly TemporaryFolder _elsewhere = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly KeptLog _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _data.Dispose();
        _elsewhere.Dispose();
    }

    [Fact]
    public async Task A_fresh_server_starts_its_first_run_when_enough_images_are_there_and_says_so_everywhere()
    {
        await using LoopServer server = await StartAsync(StandsStill);
        server.AddSamples(100);
        await PutAsync(server, """{"triggers":{"firstRun":{"images":80}}}""");
        JsonObject refused = await DecidesAsync(server, decision => Holds(decision).Contains("notAdmitted"));
        Assert.Contains("override 'batch_size' (128)", (string?)refused["reason"], StringComparison.Ordinal); // the run would not be admitted, and the decision says why
        Assert.Empty(await RunsAsync(server));

        await PutAsync(server, "{" + Small + ""","triggers":{"firstRun":{"images":80}}}""");
        JsonObject started = await DecidesAsync(server, decision => (string?)decision["outcome"] == "start");
        JsonObject run = Assert.Single(await RunsAsync(server));
        Assert.Equal(("firstRun", (string?)run["id"], (string?)run["reason"]), ((string?)run["trigger"], (string?)started["run"], (string?)started["reason"]));
        Assert.Equal(("pretrain", "auto"), ((string?)run["kind"], (string?)run["promote"]));
        Assert.Contains("100 images of the 80 for a first run; generation 1, which serves, has learned elsewhere", (string?)run["reason"], StringComparison.Ordinal);
        Assert.Contains(_log.Lines, line => line.StartsWith("Information: Decision ", StringComparison.Ordinal) && line.Contains("Start. The corpus has 100 images", StringComparison.Ordinal));

        await DecidesAsync(server, decision => Holds(decision).Contains("runAtWork"));
        await LetPassAsync(server, TimeSpan.FromHours(2));
        Assert.Single(await RunsAsync(server)); // never a second one
        string metrics = await server.Http.GetStringAsync("/metrics", Token);
        Assert.Contains("perennial_trigger_value{trigger=\"firstRun\"} 100", metrics, StringComparison.Ordinal);
        Assert.Contains("perennial_trigger_threshold{trigger=\"firstRun\"} 80", metrics, StringComparison.Ordinal);
        Assert.Matches("""perennial_trigger_decisions_total\{trigger="firstRun",decision="start"\} [1-9]""", metrics);
        Assert.Matches("""perennial_trigger_decisions_total\{trigger="amount",decision="wait"\} [1-9]""", metrics);

        await server.StartRunAsync("""{"kind":"pretrain","overrides":{"batch_size":32}}"""); // a person is not held up
        JsonObject byHand = (await RunsAsync(server))[0];
        Assert.Null(byHand["trigger"]);
        Assert.Single((await server.GetAsync("/admin/decisions?limit=1"))["decisions"]!.AsArray());
    }

    [Fact]
    public async Task A_scheduled_time_that_was_missed_while_the_server_was_down_comes_once()
    {
        await using (LoopServer server = await StartAsync(StandsStill))
        {
            server.AddSamples(100);
            await PutAsync(server, "{" + Small + ""","triggers":{"firstRun":{"enabled":false},"schedule":{"enabled":true,"cron":"0 3 * * *"}}}""");
            await DecidesAsync(server, decision => (string?)decision["outcome"] == "notNow");
            JsonObject triggers = await server.GetAsync("/admin/triggers");
            Assert.Equal(new DateTimeOffset(2030, 5, 2, 3, 0, 0, TimeSpan.Zero), (DateTimeOffset)triggers["nextScheduled"]!);
            Assert.Equal(240, (double)triggers["budgetLeftMinutes"]!);
        }
        _time.Advance(TimeSpan.FromDays(3));
        await using LoopServer again = await StartAsync(Fails);
        await DecidesAsync(again, decision => (string?)decision["trigger"] == "schedule" && (string?)decision["outcome"] == "start");
        await LetPassAsync(again, TimeSpan.FromHours(12)); // the run has failed and its pause is over, and it is not three yet
        JsonObject run = Assert.Single(await RunsAsync(again));
        Assert.Equal(("schedule", "failed"), ((string?)run["trigger"], (string?)run["state"]));
        Assert.Contains("The scheduled time 2030-05-02 03:00:00Z has come with 100 new images.", (string?)run["reason"], StringComparison.Ordinal);
        await LetPassAsync(again, TimeSpan.FromHours(4));
        Assert.Equal(2, (await RunsAsync(again)).Count); // three in the morning
    }

    [Fact]
    public async Task The_pause_after_failures_grows_and_outlives_a_restart()
    {
        await using (LoopServer server = await StartAsync(Fails))
        {
            server.AddSamples(100);
            await PutAsync(server, "{" + Small + ""","triggers":{"firstRun":{"images":80},"cooldown":{"minutes":10,"growth":3}}}""");
            await DecidesAsync(server, decision => Holds(decision).Contains("cooldown"));
        }
        await using LoopServer again = await StartAsync(Fails);
        JsonObject triggers = await again.GetAsync("/admin/triggers");
        Assert.InRange((double)triggers["cooldownLeftSeconds"]!, 20 * 60, 30 * 60);
        Assert.Equal(["cooldown"], triggers["holds"]!.AsArray().Select(hold => (string?)hold!["kind"]));
        await LetPassAsync(again, TimeSpan.FromMinutes(15));
        Assert.Single(await RunsAsync(again));
        await LetPassAsync(again, TimeSpan.FromMinutes(20));
        Assert.Equal(2, (await RunsAsync(again)).Count);
        await DecidesAsync(again, decision => Holds(decision).Contains("cooldown") && ((string)decision["reason"]!).Contains("90 min after 2 automatic runs in a row without a new model", StringComparison.Ordinal));
    }

    [Fact]
    public async Task New_images_are_counted_from_the_snapshot_of_the_encoder_whatever_classifier_came_later()
    {
        string pretraining = new('a', 32), finetuning = new('b', 32);
        await using (LoopServer before = await StartAsync(StandsStill, starter: false)) before.AddSamples(20, seed: 1);
        TinyEncoder encoder = new(size: 8);
        string models = Path.Combine(_data.Path, "models");
        new TinyGeneration { Encoder = encoder, ChangeManifest = manifest => manifest with { Run = pretraining } }.CommitTo(models);
        new TinyGeneration { Encoder = encoder, Classifier = new TinyClassifier(encoder.Dimensions, 2), ChangeManifest = manifest => manifest with { Run = finetuning } }.CommitTo(models);
        _time.Advance(TimeSpan.FromMinutes(1));
        AddRun(pretraining, "pretrain", _time.GetUtcNow());
        AddRun(finetuning, "finetune", _time.GetUtcNow().AddHours(5));
        using (Catalogue catalogue = Catalogue.Open(_data.Path)) new PromotionRecord(catalogue).Promote(2);
        _time.Advance(TimeSpan.FromMinutes(1));

        await using LoopServer server = await StartAsync(StandsStill, starter: false);
        await PutAsync(server, """{"triggers":{"amount":{"images":25,"share":null}}}""");
        server.AddSamples(7, seed: 2);
        JsonObject triggers = await server.GetAsync("/admin/triggers");
        Assert.Equal((2, 18), ((int)triggers["generation"]!, (int)triggers["imagesMissing"]!));
        JsonNode amount = triggers["readings"]!.AsArray().Single(reading => (string?)reading!["trigger"] == "amount")!;
        Assert.Equal(("waits", 7, 25), ((string?)amount["state"], (int)amount["value"]!, (int)amount["threshold"]!));
    }

    private Task<LoopServer> StartAsync(string[] learner, bool starter = true)
    {
        string folder = Path.Combine(_elsewhere.Path, "gen-000001");
        if (starter && !Directory.Exists(folder)) new TinyGeneration { Encoder = new TinyEncoder(size: 16) }.CommitTo(_elsewhere.Path); // the smallest that a recipe takes
        return LoopServer.StartAsync(_data.Path, null, _log, [], services =>
        {
            services.Configure<LoggerFilterOptions>(filter => filter.MinLevel = LogLevel.Debug); // decisions that say the same again
            services.AddSingleton<TimeProvider>(_time);
            services.AddSingleton(new BackgroundOptions { StarterFolder = folder, LearnerCommand = learner });
        });
    }

    private void AddRun(string id, string kind, DateTimeOffset snapshotAt)
    {
        using Catalogue catalogue = Catalogue.Open(_data.Path);
        using var connection = catalogue.Connect();
        using var command = connection.CreateCommand();
        command.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO runs (id, kind, state, created_at, snapshot_at) VALUES ('{id}', '{kind}', 'promoted', 0, {snapshotAt.ToUnixTimeMilliseconds()})");
        command.ExecuteNonQuery();
    }

    private static Task<JsonObject> PutAsync(LoopServer server, string policy) => server.Http.PutJsonAsync("/admin/policy", policy).ReadAsync();

    private static async Task<IReadOnlyList<JsonObject>> RunsAsync(LoopServer server) => [.. (await server.GetAsync("/admin/runs"))["runs"]!.AsArray().Select(run => run!.AsObject())];

    private static IEnumerable<string?> Holds(JsonObject decision) => decision["holds"]!.AsArray().Select(hold => (string?)hold!["kind"]);

    /// <summary>Waits for a decision, letting seconds pass.</summary>
    private async Task<JsonObject> DecidesAsync(LoopServer server, Func<JsonObject, bool> wanted)
    {
        JsonObject? found = null;
        await LoopServer.UntilAsync(async () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            found = (await server.GetAsync("/admin/decisions"))["decisions"]!.AsArray().Select(decision => decision!.AsObject()).FirstOrDefault(wanted);
            return found is not null;
        }, "it is decided");
        return found!;
    }

    /// <summary>Lets time pass in steps, and waits at each of them for the server to have looked and for its run, if it began one, to have ended or to stand still.</summary>
    private async Task LetPassAsync(LoopServer server, TimeSpan duration)
    {
        for (int i = 0; i < 4; i++)
        {
            int looks = Looks();
            _time.Advance(duration / 4);
            await LoopServer.UntilAsync(async () =>
            {
                if (Looks() >= looks + 2 && (await RunsAsync(server)).All(run => (string?)run["state"] is "failed" or "running")) return true;
                _time.Advance(TimeSpan.FromSeconds(1));
                return false;
            }, "the server has looked");
        }
    }

    /// <summary>Every look ends in a decision, new or not, and every decision is logged.</summary>
    private int Looks() => _log.Lines.Count(line => line.StartsWith("Information: Decision ", StringComparison.Ordinal) || line.StartsWith("Debug: Decision ", StringComparison.Ordinal));
}
