using Dapper;
using Microsoft.Data.Sqlite;

namespace Perennial.Core.Corpus;

/// <summary>The table <c>changes</c>: the latest change of each image under a number that only grows, and how far each collection has followed.</summary>
internal sealed class ChangeLog(Catalogue catalogue)
{
    /// <summary>Notes a change; the image's earlier row, if any, gives way.</summary>
    public static void Write(SqliteConnection connection, SqliteTransaction transaction, string imageId, bool deleted) =>
        connection.Execute(
            "INSERT OR REPLACE INTO changes (image_id, kind) VALUES (@imageId, @kind)",
            new { imageId, kind = deleted ? "delete" : "upsert" },
            transaction);

    public long Last()
    {
        using var connection = catalogue.Connect();
        return connection.ExecuteScalar<long>("SELECT COALESCE(MAX(seq), 0) FROM changes");
    }

    public IReadOnlyList<ImageChange> After(long cursor, int limit)
    {
        using var connection = catalogue.Connect();
        return connection.Query<(long Seq, string ImageId, string Kind)>(
                "SELECT seq, image_id, kind FROM changes WHERE seq > @cursor ORDER BY seq LIMIT @limit", new { cursor, limit })
            .Select(row => new ImageChange(row.Seq, row.ImageId, row.Kind == "delete"))
            .ToList();
    }

    public long CursorOf(string digest)
    {
        using var connection = catalogue.Connect();
        return connection.ExecuteScalar<long>("SELECT COALESCE((SELECT cursor FROM collections WHERE digest = @digest), 0)", new { digest });
    }

    public void SetCursor(string digest, int dimensions, long cursor)
    {
        using var connection = catalogue.Connect();
        connection.Execute(
            """
            INSERT INTO collections (digest, dimensions, cursor) VALUES (@digest, @dimensions, @cursor)
            ON CONFLICT (digest) DO UPDATE SET dimensions = excluded.dimensions, cursor = excluded.cursor
            """,
            new { digest, dimensions, cursor });
    }

    public void ForgetCursor(string digest)
    {
        using var connection = catalogue.Connect();
        connection.Execute("DELETE FROM collections WHERE digest = @digest", new { digest });
    }

    public long Lag(string digest)
    {
        using var connection = catalogue.Connect();
        return connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM changes WHERE seq > COALESCE((SELECT cursor FROM collections WHERE digest = @digest), 0)", new { digest });
    }
}
