using Dapper;
using Perennial.Background.Triggers;
using Perennial.Core.Corpus;
using Perennial.Inference.Tests.Models;

namespace Perennial.Tests.Background.Triggers;

public sealed class DecisionStoreTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2030, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _data = new();
    private readonly Catalogue _catalogue;

    public DecisionStoreTests() => _catalogue = Catalogue.Open(_data.Path);

    public void Dispose()
    {
        _catalogue.Dispose();
        _data.Dispose();
    }

    [Fact]
    public void Decisions_that_differ_in_figures_alone_are_one_with_the_newest_figures()
    {
        DecisionStore store = new(_catalogue);
        Assert.True(store.Keep(Waiting(images: 10, second: 0)).IsNew);
        Assert.False(store.Keep(Waiting(images: 11, second: 10)).IsNew);
        Decision kept = Assert.Single(store.List(10));
        Assert.Equal((11.0, 2, Start, Start.AddSeconds(10)), (kept.Readings.Single().Value!.Value, kept.Times, kept.At, kept.LastAt));
        Assert.Equal("11 images.", kept.Reason);
    }

    [Fact]
    public void A_decision_after_a_restart_goes_on_with_the_row_before_it()
    {
        new DecisionStore(_catalogue).Keep(Waiting(images: 10, second: 0));
        new DecisionStore(_catalogue).Keep(Waiting(images: 12, second: 60));
        Assert.Equal(2, Assert.Single(new DecisionStore(_catalogue).List(10)).Times);
    }

    [Fact]
    public void Another_state_another_hold_and_every_start_are_decisions_of_their_own()
    {
        DecisionStore store = new(_catalogue);
        Decision waiting = Waiting(images: 10, second: 0), fires = waiting with { Trigger = Trigger.Amount, Readings = [new(Trigger.Amount, TriggerState.Fires, 20, 20, "20 images.")] };
        store.Keep(waiting);
        store.Keep(fires with { Holds = [new(HoldKind.Cooldown, "Pause.", Start)] });
        store.Keep(fires with { Holds = [new(HoldKind.DailyCost, "Cost.")] });
        store.Keep(fires with { Outcome = DecisionOutcome.Start, Run = "a" });
        store.Keep(fires with { Outcome = DecisionOutcome.Start, Run = "b" });
        IReadOnlyList<Decision> all = store.List(10);
        Assert.Equal(["b", "a", null, null, null], all.Select(decision => decision.Run));
        Assert.Equal([HoldKind.DailyCost, HoldKind.Cooldown], all.SelectMany(decision => decision.Holds).Select(hold => hold.Kind));
        Assert.Equal(Start, all[3].Holds.Single().Until);
    }

    [Fact]
    public void The_oldest_give_way()
    {
        using (var connection = _catalogue.Connect())
        {
            connection.Execute(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @Most)
                INSERT INTO decisions (at, last_at, times, outcome, document) SELECT 0, 0, 1, 'start', '{"at":"2030-05-01T12:00:00+00:00","lastAt":"2030-05-01T12:00:00+00:00","outcome":"start","reason":"","readings":[]}' FROM n
                """,
                new { DecisionStore.Most });
        }
        DecisionStore store = new(_catalogue);
        Decision newest = store.Keep(Waiting(images: 1, second: 1)).Kept;
        IReadOnlyList<Decision> all = store.List(2 * DecisionStore.Most);
        Assert.Equal((DecisionStore.Most, newest.Id, 2L), (all.Count, all[0].Id, all[^1].Id));
    }

    private static Decision Waiting(int images, int second) => new()
    {
        At = Start.AddSeconds(second),
        LastAt = Start.AddSeconds(second),
        Outcome = DecisionOutcome.NotNow,
        Reason = $"{images} images.",
        Readings = [new TriggerReading(Trigger.Amount, TriggerState.Waits, images, 20, $"{images} images.")],
    };
}
