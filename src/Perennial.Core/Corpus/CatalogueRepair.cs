using Dapper;
using Microsoft.Data.Sqlite;

namespace Perennial.Core.Corpus;

/// <summary>
/// Brings originals and rows together again after a crash. A crash can leave files without a row (harmless: nothing was acknowledged, or the
/// deletion was), never a row without its file; where somebody removed files by hand, their rows go too.
/// Only for one who has the data directory alone.
/// </summary>
internal static class CatalogueRepair
{
    private const int FewLost = 100;

    /// <exception cref="CatalogueException">So many originals are missing that a wrong or unmounted disk is more likely than an accident.</exception>
    public static RepairReport Run(SqliteConnection connection, Originals originals)
    {
        var aside = originals.RemoveAside();
        var lost = new List<string>();
        var orphans = new List<string>();
        var rows = 0;
        foreach (var prefix in Originals.Prefixes)
        {
            var onDisk = originals.Enumerate(prefix).ToHashSet(StringComparer.Ordinal);
            foreach (var id in connection.Query<string>("SELECT id FROM images WHERE id >= @prefix AND id < @prefix || 'g'", new { prefix }))
            {
                rows++;
                if (!onDisk.Remove(id)) lost.Add(id);
            }

            orphans.AddRange(onDisk);
        }

        if (lost.Count > FewLost && lost.Count > rows / 2)
        {
            throw new CatalogueException(
                $"{lost.Count} of {rows} originals are missing under {originals.Root}. Mount or restore that folder; or, to start anew, remove perennial.db.");
        }

        foreach (var orphan in orphans) originals.Delete(orphan);
        if (lost.Count > 0) Forget(connection, lost);
        return new RepairReport(aside, orphans.Count, lost.Count);
    }

    private static void Forget(SqliteConnection connection, List<string> lost)
    {
        using var transaction = connection.BeginTransaction();
        foreach (var id in lost)
        {
            connection.Execute("DELETE FROM images WHERE id = @id", new { id }, transaction);
            ChangeLog.Write(connection, transaction, id, deleted: true);
        }

        transaction.Commit();
    }
}
