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

    /// <summary>Makes a generation the serving one; the one before becomes <see cref="Promotion.Previous"/>. Promoting what already serves changes nothing.</summary>
    public void Promote(int generation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(generation, 1);
        Change(current => current?.Generation == generation ? current : new Promotion(generation, current?.Generation, catalogue.Time.GetUtcNow()));
    }

    /// <summary>Goes back to the previous generation. The one that is left is not offered again: a second rollback has nowhere to go.</summary>
    /// <exception cref="GenerationException">There is no previous generation.</exception>
    public Promotion Rollback() => Change(current => current?.Previous is { } previous
        ? new Promotion(previous, null, catalogue.Time.GetUtcNow())
        : throw new GenerationException("There is nothing to roll back to: no generation served before this one."));

    private Promotion Change(Func<Promotion?, Promotion> next)
    {
        lock (catalogue.WriterLock)
        {
            using SqliteConnection connection = catalogue.Connect();
            using SqliteTransaction transaction = connection.BeginTransaction();
            Promotion changed = next(Read(connection, transaction));
            connection.Execute(
                """
                INSERT INTO promotion (one, generation, previous, promoted_at) VALUES (1, @Generation, @Previous, @At)
                ON CONFLICT (one) DO UPDATE SET generation = excluded.generation, previous = excluded.previous, promoted_at = excluded.promoted_at
                """,
                new { changed.Generation, changed.Previous, At = changed.At.ToUnixTimeMilliseconds() },
                transaction);
            transaction.Commit();
            return changed;
        }
    }

    private static Promotion? Read(SqliteConnection connection, SqliteTransaction? transaction) => connection
        .Query<(int Generation, int? Previous, long At)>("SELECT generation, previous, promoted_at FROM promotion", transaction: transaction)
        .Select(row => new Promotion(row.Generation, row.Previous, DateTimeOffset.FromUnixTimeMilliseconds(row.At)))
        .SingleOrDefault();
}
