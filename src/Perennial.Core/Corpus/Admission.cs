using System.Runtime.ExceptionServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Perennial.Core.Images;

namespace Perennial.Core.Corpus;

/// <summary>
/// The way of images into the corpus: checked, decoded once, original durable under its name, and then rows and changes in one durable
/// transaction. A crash before the transaction leaves originals without rows, which nothing refers to.
/// </summary>
internal sealed class Admission(Catalogue catalogue, ImageLimits limits, TimeProvider time)
{
    private readonly Originals _originals = catalogue.Originals;

    public IReadOnlyList<AddOutcome> Add(IReadOnlyList<IncomingImage> images)
    {
        // :: Step 1: annotations within bounds, ids by content; images of the same bytes share one content
        var candidates = images.Select(Candidate.Of).ToArray();
        var contents = candidates.Where(candidate => candidate.Refusal is null)
            .GroupBy(candidate => candidate.Content.Id, StringComparer.Ordinal)
            .Select(same => same.Aggregate((first, other) => first.Share(other)).Content);

        // :: Step 2: what is not here yet is decoded once and written under its name; all names are flushed together
        var unknown = Unknown(contents);
        InParallel(unknown, Admit);
        _originals.FlushNames(unknown.Where(content => content.Refusal is null).Select(content => content.Id));

        // :: Step 3: one durable transaction
        lock (catalogue.WriterLock)
        {
            using var connection = catalogue.Connect();
            using var transaction = connection.BeginTransaction();
            var outcomes = Array.ConvertAll(candidates, candidate => Record(connection, transaction, candidate));
            transaction.Commit();
            return outcomes;
        }
    }

    // With the exception itself, not an aggregate of one: a full disk is an IOException.
    private static void InParallel(List<CandidateContent> contents, Action<CandidateContent> work)
    {
        try
        {
            Parallel.ForEach(contents, work);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }

    // Those without a row, or whose original is missing.
    private List<CandidateContent> Unknown(IEnumerable<CandidateContent> contents)
    {
        using var connection = catalogue.Connect();
        return contents.Where(content => Find(connection, null, content.Id) is null || !_originals.Exists(content.Id)).ToList();
    }

    private void Admit(CandidateContent content)
    {
        try
        {
            content.Info ??= ImageDecoder.Inspect(content.Bytes, limits);
            _originals.Write(content.Id, content.Bytes.Span);
        }
        catch (InvalidImageException exception)
        {
            content.Refusal = AddOutcome.Refused(exception.Code, exception.Message);
        }
    }

    private AddOutcome Record(SqliteConnection connection, SqliteTransaction transaction, Candidate candidate)
    {
        var content = candidate.Content;
        if ((candidate.Refusal ?? content.Refusal) is { } refusal) return refusal;
        if (Find(connection, transaction, content.Id) is { } row) return Annotate(connection, transaction, row, candidate);
        if (content.Info is null || !_originals.Exists(content.Id))
        {
            Admit(content); // somebody deleted the image after step 2 had found it
            if (content.Refusal is not null) return content.Refusal;
            _originals.FlushNames([content.Id]);
        }

        var info = content.Info!;
        connection.Execute(
            """
            INSERT INTO images (id, width, height, format, bytes, label, metadata, received_at, split)
            VALUES (@Id, @Width, @Height, @Format, @Bytes, @Label, @Metadata, @ReceivedAt, @Split)
            """,
            new
            {
                content.Id,
                info.Width,
                info.Height,
                info.Format,
                Bytes = (long)content.Bytes.Length,
                candidate.Label,
                candidate.Metadata,
                ReceivedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Split = ImageRow.NameOf(Splits.Of(content.Id)),
            },
            transaction);
        ChangeLog.Write(connection, transaction, content.Id, deleted: false);
        return new AddOutcome(content.Id, false, info.Width, info.Height, null, null);
    }

    // A duplicate keeps its first label and metadata; where it had none, it takes what comes.
    private static AddOutcome Annotate(SqliteConnection connection, SqliteTransaction transaction, ImageRow row, Candidate candidate)
    {
        var label = row.Label is null ? candidate.Label : null;
        var metadata = row.Metadata is null ? candidate.Metadata : null;
        if (label is not null || metadata is not null)
        {
            connection.Execute(
                "UPDATE images SET label = COALESCE(label, @label), metadata = COALESCE(metadata, @metadata) WHERE id = @Id",
                new { label, metadata, row.Id },
                transaction);
            ChangeLog.Write(connection, transaction, row.Id, deleted: false);
        }

        return new AddOutcome(row.Id, true, row.Width, row.Height, null, null);
    }

    private static ImageRow? Find(SqliteConnection connection, SqliteTransaction? transaction, string id) =>
        connection.QuerySingleOrDefault<ImageRow>($"SELECT {ImageRow.Columns} FROM images WHERE id = @id", new { id }, transaction);
}
