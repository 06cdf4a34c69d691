using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Perennial.Background;
using Perennial.Background.Triggers;
using Perennial.Core.Corpus;
using Perennial.Tests.Server;

namespace Perennial.Tests.Background.Triggers;

public sealed class TriggerSurveyTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 5, 1, 12, 0, 0, TimeSpan.Zero));
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartAsync([], _ => { }, builder => builder.Services.AddSingleton<TimeProvider>(_time));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public void Only_the_part_of_learning_that_lies_in_the_last_day_counts()
    {
        AddRun("pretrain", "promoted", -30, -23); // an hour of it
        AddRun("finetune", "promoted", -10, -9.5);
        AddRun("reindex", "completed", -5, -1);
        AddRun("pretrain", "failed", -60, -50);
        AddRun("pretrain", "running", -0.25, null);
        TriggerFacts facts = Facts();
        Assert.Equal(TimeSpan.FromMinutes(60 + 30 + 15), facts.Spent);
        Assert.Equal(TimeSpan.FromHours(7), facts.Expected); // the last that came to a verdict
        Assert.Equal(TimeSpan.FromMinutes(135), facts.BudgetLeft);
        Assert.Equal(RunState.Running, facts.AtWork!.State);
    }

    [Fact]
    public void Runs_that_a_person_started_make_no_pause()
    {
        AddRun("pretrain", "failed", -2, -1);
        Assert.Null(Facts().CooldownEnds);
        AddRun("pretrain", "failed", -4, -3, trigger: "drift");
        Assert.Equal((1, _time.GetUtcNow().AddHours(-3 + 2)), (Facts().Fruitless, Facts().CooldownEnds!.Value));
    }

    [Fact]
    public async Task A_rejected_run_is_not_repeated_on_the_same_images_under_the_same_policy()
    {
        _server.Corpus.Add([new IncomingImage(Pictures.Png(1, 2, 3))]);
        _time.Advance(TimeSpan.FromMinutes(1));
        AddRun("pretrain", "rejected", 0, 0, trigger: "firstrun");
        Assert.True(Facts().NothingNew);
        _time.Advance(TimeSpan.FromMinutes(1));
        _server.Corpus.Add([new IncomingImage(Pictures.Png(4, 5, 6))]);
        Assert.False(Facts().NothingNew);

        AddRun("pretrain", "rejected", 0, 0, trigger: "firstrun");
        Assert.True(Facts().NothingNew);
        _time.Advance(TimeSpan.FromMinutes(1));
        await _server.Http.PutJsonAsync("/admin/policy", """{"gate":{"knnTolerance":0.5}}""").ReadAsync();
        Assert.False(Facts().NothingNew);
    }

    private TriggerFacts Facts() => _server.Get<TriggerSurvey>().Facts();

    private void AddRun(string kind, string state, double beganHours, double? endedHours, string? trigger = null)
    {
        long At(double hours) => _time.GetUtcNow().AddHours(hours).ToUnixTimeMilliseconds();
        using var connection = _server.Get<Catalogue>().Connect();
        using var command = connection.CreateCommand();
        string ended = endedHours is { } hours ? At(hours).ToString(CultureInfo.InvariantCulture) : "NULL", by = trigger is null ? "NULL" : $"'{trigger}'";
        command.CommandText = string.Create(CultureInfo.InvariantCulture,
            $"INSERT INTO runs (id, kind, state, created_at, started_at, snapshot_at, finished_at, triggered_by) VALUES ('{Guid.NewGuid():N}', '{kind}', '{state}', {At(beganHours)}, {At(beganHours)}, {At(beganHours)}, {ended}, {by})");
        command.ExecuteNonQuery();
    }
}
