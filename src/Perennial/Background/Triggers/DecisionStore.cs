using System.Text.Json;
using Dapper;
using Perennial.Core.Corpus;

namespace Perennial.Background.Triggers;

/// <summary>The table <c>decisions</c>: the last ones. One that says the same as the one before it renews that one's figures instead of adding a row.</summary>
internal sealed class DecisionStore(Catalogue catalogue)
{
    /// <summary>Decisions that are kept.</summary>
    public const int Most = 1000;

    /// <summary>A decision that stays as it is, figures included, is noted this often.</summary>
    private static readonly TimeSpan RenewEvery = TimeSpan.FromMinutes(10);

    private Decision? _latest;

    /// <summary>Keeps a decision.</summary>
    /// <returns>As it is kept, and whether it is a new one.</returns>
    public (Decision Kept, bool IsNew) Keep(Decision decision)
    {
        _latest ??= List(1).FirstOrDefault();
        if (_latest is { } latest && latest.IsLike(decision))
        {
            Decision renewed = decision with { Id = latest.Id, At = latest.At, Times = latest.Times + 1 };
            bool same = latest.Readings.SequenceEqual(decision.Readings) && decision.LastAt - latest.LastAt < RenewEvery;
            _latest = same ? latest with { Times = renewed.Times } : renewed;
            if (!same) Renew(renewed);
            return (renewed, false);
        }
        return (_latest = Add(decision), true);
    }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<Decision> List(int limit)
    {
        using var connection = catalogue.Connect();
        return [.. connection.Query<(long Id, long At, long LastAt, int Times, string? Run, string Document)>(
                "SELECT id, at, last_at, times, run, document FROM decisions ORDER BY id DESC LIMIT @limit", new { limit })
            .Select(row => JsonSerializer.Deserialize<Decision>(row.Document, RunJson.Options)! with
            {
                Id = row.Id,
                At = DateTimeOffset.FromUnixTimeMilliseconds(row.At),
                LastAt = DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt),
                Times = row.Times,
                Run = row.Run,
            })];
    }

    private Decision Add(Decision decision)
    {
        using var connection = catalogue.Connect();
        long id = connection.ExecuteScalar<long>(
            """
            INSERT INTO decisions (at, last_at, times, outcome, triggered_by, run, document) VALUES (@at, @last, @times, @outcome, @trigger, @run, @document) RETURNING id
            """,
            new
            {
                at = decision.At.ToUnixTimeMilliseconds(),
                last = decision.LastAt.ToUnixTimeMilliseconds(),
                times = decision.Times,
                outcome = Word(decision.Outcome),
                trigger = decision.Trigger is { } trigger ? Word(trigger) : null,
                run = decision.Run,
                document = Document(decision),
            });
        connection.Execute("DELETE FROM decisions WHERE id <= @id - @Most", new { id, Most });
        return decision with { Id = id };
    }

    private void Renew(Decision decision)
    {
        using var connection = catalogue.Connect();
        connection.Execute(
            "UPDATE decisions SET last_at = @last, times = @times, document = @document WHERE id = @id",
            new { id = decision.Id, last = decision.LastAt.ToUnixTimeMilliseconds(), times = decision.Times, document = Document(decision) });
    }

    private static string Document(Decision decision) => JsonSerializer.Serialize(decision, RunJson.Options);

    private static string Word<T>(T value) => JsonSerializer.SerializeToElement(value, RunJson.Options).GetString()!;
}
