using Dapper;

namespace Perennial.Core.Corpus;

/// <summary>What came when: the corpus by time of receipt, for those who compare what is new with what was there. Thread-safe.</summary>
/// <param name="catalogue">An open catalogue; it outlives this.</param>
public sealed class CorpusHistory(Catalogue catalogue)
{
    /// <summary>Images received after a moment.</summary>
    public long CountAfter(DateTimeOffset moment, bool labelled = false) =>
        Count($"received_at > @moment{(labelled ? " AND label IS NOT NULL" : "")}", moment);

    /// <summary>Images received until a moment, those at it included.</summary>
    public long CountUntil(DateTimeOffset moment) => Count("received_at <= @moment", moment);

    /// <summary>The images received last, newest first, with their labels.</summary>
    /// <param name="moment">Only those after it.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="labelled">Only those with a label.</param>
    public IReadOnlyList<(string Id, string? Label)> NewestAfter(DateTimeOffset moment, int most, bool labelled = false)
    {
        using var connection = catalogue.Connect();
        return connection.Query<(string, string?)>(
            $"SELECT id, label FROM images WHERE received_at > @moment{(labelled ? " AND label IS NOT NULL" : "")} ORDER BY received_at DESC, id LIMIT @most",
            new { moment = moment.ToUnixTimeMilliseconds(), most }).AsList();
    }

    /// <summary>Images received until a moment, with their labels: an even sample of them, since they are taken in the order of their hashes.</summary>
    public IReadOnlyList<(string Id, string? Label)> SampleUntil(DateTimeOffset moment, int most, bool labelled = false)
    {
        using var connection = catalogue.Connect();
        return connection.Query<(string, string?)>(
            $"SELECT id, label FROM images WHERE received_at <= @moment{(labelled ? " AND label IS NOT NULL AND split = 'train'" : "")} ORDER BY id LIMIT @most",
            new { moment = moment.ToUnixTimeMilliseconds(), most }).AsList();
    }

    /// <summary>A stretch of what was received until a moment, in the order in which it came.</summary>
    public IReadOnlyList<string> StretchUntil(DateTimeOffset moment, long skipped, int most)
    {
        using var connection = catalogue.Connect();
        return connection.Query<string>(
            "SELECT id FROM images WHERE received_at <= @moment ORDER BY received_at, id LIMIT @most OFFSET @skipped",
            new { moment = moment.ToUnixTimeMilliseconds(), skipped, most }).AsList();
    }

    private long Count(string condition, DateTimeOffset moment)
    {
        using var connection = catalogue.Connect();
        return connection.ExecuteScalar<long>($"SELECT COUNT(*) FROM images WHERE {condition}", new { moment = moment.ToUnixTimeMilliseconds() });
    }
}
