using Dapper;
using Perennial.Core.Images;

namespace Perennial.Core.Corpus;

/// <summary>
/// All images that the server was given: originals named by the SHA-256 of their bytes, rows in the catalogue, and a log of changes that
/// vector collections follow. What a call has returned is durable. Thread-safe; several processes may use one data directory.
/// </summary>
/// <param name="catalogue">An open catalogue; it outlives the corpus.</param>
/// <param name="limits">What an image may measure.</param>
/// <param name="time">Clock for the time of receipt.</param>
public sealed class ImageCorpus(Catalogue catalogue, ImageLimits limits, TimeProvider time)
{
    private const int PageRows = 1000;

    private readonly Admission _admission = new(catalogue, limits, time);
    private readonly ChangeLog _changes = new(catalogue);
    private readonly Originals _originals = catalogue.Originals;

    /// <summary>Raised after a change made through this object is durable. Handlers run on the caller's thread: they must be quick and must not throw.</summary>
    public event Action? Changed;

    /// <summary>What an image may measure.</summary>
    public ImageLimits Limits => limits;

    /// <summary>Count of images.</summary>
    public long Count
    {
        get
        {
            using var connection = catalogue.Connect();
            return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images");
        }
    }

    /// <summary>Count of images on one side of the split.</summary>
    public long CountOf(Split split)
    {
        using var connection = catalogue.Connect();
        return connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images WHERE split = @split", new { split = ImageRow.NameOf(split) });
    }

    /// <summary>Number of the newest change; 0 when there was none.</summary>
    public long LastChange => _changes.Last();

    /// <summary>
    /// Takes images in. Each is decoded once to check it; those that are refused do not hold up the others. Idempotent by content: a duplicate
    /// keeps its first label and metadata unless it had none.
    /// </summary>
    /// <returns>One outcome an image, in their order; all that were accepted are durable.</returns>
    public IReadOnlyList<AddOutcome> Add(IReadOnlyList<IncomingImage> images)
    {
        if (images.Count == 0) return [];
        var outcomes = _admission.Add(images);
        Changed?.Invoke();
        return outcomes;
    }

    /// <summary>The record of an image, or null.</summary>
    public ImageRecord? Find(string id)
    {
        if (!ImageId.IsValid(id)) return null;
        using var connection = catalogue.Connect();
        return connection.QuerySingleOrDefault<ImageRow>($"SELECT {ImageRow.Columns} FROM images WHERE id = @id", new { id })?.ToRecord();
    }

    /// <summary>The bytes as they were received, or null.</summary>
    public byte[]? ReadOriginal(string id) => Find(id) is null ? null : _originals.Read(id);

    /// <summary>Where the original lies, or null.</summary>
    public string? OriginalPath(string id) => Find(id) is not null && _originals.Exists(id) ? _originals.PathOf(id) : null;

    /// <summary>Names an image, or takes its name away (null).</summary>
    /// <returns>False when there is no such image.</returns>
    /// <exception cref="ArgumentException">The label is not acceptable, see <see cref="Annotations.ProblemOfLabel"/>.</exception>
    public bool SetLabel(string id, string? label)
    {
        if (Annotations.ProblemOfLabel(label) is { } problem) throw new ArgumentException(problem, nameof(label));
        if (!ImageId.IsValid(id)) return false;
        lock (catalogue.WriterLock)
        {
            using var connection = catalogue.Connect();
            using var transaction = connection.BeginTransaction();
            if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images WHERE id = @id", new { id }, transaction) == 0) return false;
            if (connection.Execute("UPDATE images SET label = @label WHERE id = @id AND label IS NOT @label", new { id, label }, transaction) > 0)
            {
                ChangeLog.Write(connection, transaction, id, deleted: false);
            }

            transaction.Commit();
        }

        Changed?.Invoke();
        return true;
    }

    /// <summary>Removes an image: row, label, metadata and original. It may be added anew later.</summary>
    /// <returns>False when there is no such image.</returns>
    public bool Delete(string id)
    {
        if (!ImageId.IsValid(id)) return false;
        lock (catalogue.WriterLock)
        {
            using var connection = catalogue.Connect();
            using (var transaction = connection.BeginTransaction())
            {
                if (connection.Execute("DELETE FROM images WHERE id = @id", new { id }, transaction) == 0) return false;
                ChangeLog.Write(connection, transaction, id, deleted: true);
                transaction.Commit();
            }

            // The file goes after the row (a crash between leaves a file without a row), and under the write lock, so that
            // another process that adds the same image right now either finds the file or writes it again.
            using (var transaction = connection.BeginTransaction())
            {
                if (connection.ExecuteScalar<long>("SELECT COUNT(*) FROM images WHERE id = @id", new { id }, transaction) == 0)
                {
                    _originals.Delete(id);
                    _originals.FlushNames([id]);
                }
            }
        }

        Changed?.Invoke();
        return true;
    }

    /// <summary>How many images have each label.</summary>
    public IReadOnlyDictionary<string, long> LabelCounts()
    {
        using var connection = catalogue.Connect();
        return connection.Query<(string Label, long Count)>("SELECT label, COUNT(*) FROM images WHERE label IS NOT NULL GROUP BY label")
            .ToDictionary(row => row.Label, row => row.Count, StringComparer.Ordinal);
    }

    /// <summary>Records in ascending order of their ids, read a page at a time; images that come or go meanwhile may or may not be seen.</summary>
    /// <param name="split">Only this side, or both.</param>
    /// <param name="labelled">Only with a label (true), only without (false), or all.</param>
    public IEnumerable<ImageRecord> Enumerate(Split? split = null, bool? labelled = null)
    {
        var filter = new { split = split is { } side ? ImageRow.NameOf(side) : null, labelled, limit = PageRows };
        var after = string.Empty;
        while (true)
        {
            List<ImageRow> page;
            using (var connection = catalogue.Connect())
            {
                page = connection.Query<ImageRow>(
                    $"""
                     SELECT {ImageRow.Columns} FROM images
                     WHERE id > @after AND (@split IS NULL OR split = @split) AND (@labelled IS NULL OR (label IS NOT NULL) = @labelled)
                     ORDER BY id LIMIT @limit
                     """,
                    new { after, filter.split, filter.labelled, filter.limit }).AsList();
            }

            foreach (var row in page) yield return row.ToRecord();
            if (page.Count < PageRows) yield break;
            after = page[^1].Id;
        }
    }

    /// <summary>The latest changes of images after <paramref name="cursor"/>, oldest first, at most <paramref name="limit"/>.</summary>
    public IReadOnlyList<ImageChange> ChangesAfter(long cursor, int limit) => _changes.After(cursor, limit);

    /// <summary>How far the collection of this encoder digest has followed; 0 when it is new.</summary>
    public long CursorOf(string digest) => _changes.CursorOf(digest);

    /// <summary>Notes that the collection holds all changes up to <paramref name="cursor"/>.</summary>
    public void SetCursor(string digest, int dimensions, long cursor) => _changes.SetCursor(digest, dimensions, cursor);

    /// <summary>Forgets a collection that was dropped.</summary>
    public void ForgetCursor(string digest) => _changes.ForgetCursor(digest);

    /// <summary>How many images have a change that the collection has not followed yet.</summary>
    public long Lag(string digest) => _changes.Lag(digest);

    /// <summary>Writes what the corpus holds at this moment to a file (aside, flushed, renamed).</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public CorpusSnapshot TakeSnapshot(string path)
    {
        List<SnapshotEntry> entries;
        using (var connection = catalogue.Connect())
        {
            entries = connection.Query<(string Id, string? Label)>("SELECT id, label FROM images ORDER BY id")
                .Select(row => new SnapshotEntry(row.Id, row.Label, Splits.Of(row.Id)))
                .ToList();
        }

        return CorpusSnapshot.Write(path, entries);
    }

    /// <summary>What a snapshot holds, ready for <see cref="TileSet.Decode"/>. Images deleted since are skipped there.</summary>
    public IEnumerable<TileSource> TileSources(CorpusSnapshot snapshot) =>
        snapshot.Entries.Select(entry => new TileSource(entry.Id, entry.Label, entry.Split, () => File.ReadAllBytes(_originals.PathOf(entry.Id))));
}
