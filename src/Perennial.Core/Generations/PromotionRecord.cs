using Dapper;
using Microsoft.Data.Sqlite;
using Perennial.Core.Corpus;

namespace Perennial.Core.Generations;

/// <summary>
/// The one durable answer to "which generation serves": a row of the catalogue, changed in one transaction.
/// Whether the generation exists and is sound is for the caller to know before it is promoted.
/// </summary>
public sealed class PromotionRecord(Catalogue catalogue)
{
    /// <summary>Null until the first promotion.</summary>
    public Promotion? Current
    {
        get
        {
            using SqliteConnection connection = catalogue.Connect();
            return Read(connection, null);
        }
    }

    /// <summary>
    /// Makes a generation the serving one; the one before becomes <see cref="Promotion.Previous"/>. A rollback is the promotion of that one, and a second
    /// rollback undoes the first. Promoting what already serves changes nothing.
    /// </summary>
    public void Promote(int generation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        lock (catalogue.WriterLock)
        {
            using SqliteConnection connection = catalogue.Connect();
            using SqliteTransaction transaction = connection.BeginTransaction();
            Promotion? current = Read(connection, transaction);
            if (current?.Generation == generation) return;
            connection.Execute(
                """
                INSERT INTO promotion (one, generation, previous, promoted_at) VALUES (1, @generation, @previous, @at)
                ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, previous = excluded.previous, promoted_at = excluded.promoted_at
                """,
                new { generation, previous = current?.Generation, at = catalogue.Time.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction);
            transaction.Commit();
        }
    }

    private static Promotion? Read(SqliteConnection connection, SqliteTransaction? transaction) => connection
        .Query<(int Generation, int? Previous, long At)>("SELECT generation, previous, promoted_at FROM promotion", transaction: transaction)
        .Select(row => new Promotion(row.Generation, row.Previous, DateTimeOffset.FromUnixTimeMilliseconds(row.At)))
        .SingleOrDefault();
}
