using Dapper;
using Microsoft.Data.Sqlite;

namespace Perennial.Core.Corpus;

/// <summary>
/// All tables of perennial.db. A migration, once released, is never edited: a change of the schema is a new one at the end.
/// Times are INTEGER, milliseconds since 1970 UTC. JSON is TEXT.
/// </summary>
internal static class Schema
{
    private static readonly string[] Migrations =
    [
        // 1
        """
        CREATE TABLE images (
            id          TEXT    NOT NULL PRIMARY KEY,   -- SHA-256 of the bytes, 64 lower-case hexadecimal digits
            width       INTEGER NOT NULL,               -- after EXIF orientation
            height      INTEGER NOT NULL,
            format      TEXT    NOT NULL,
            bytes       INTEGER NOT NULL,
            label       TEXT,
            metadata    TEXT,                           -- JSON object
            received_at INTEGER NOT NULL,
            split       TEXT    NOT NULL CHECK (split IN ('train', 'test'))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX images_by_label ON images (label) WHERE label IS NOT NULL;
        CREATE INDEX images_by_received_at ON images (received_at);

        CREATE TABLE changes (                          -- one row an image: its latest change
            seq      INTEGER PRIMARY KEY AUTOINCREMENT, -- AUTOINCREMENT never gives a number twice, even after deletes
            image_id TEXT    NOT NULL UNIQUE,
            kind     TEXT    NOT NULL CHECK (kind IN ('upsert', 'delete'))
        ) STRICT;

        CREATE TABLE collections (                      -- how far each vector collection has followed changes
            digest     TEXT    NOT NULL PRIMARY KEY,
            dimensions INTEGER NOT NULL,
            cursor     INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE runs (
            id                TEXT NOT NULL PRIMARY KEY,
            kind              TEXT NOT NULL,
            recipe            TEXT,
            overrides         TEXT,                     -- JSON object
            promote           TEXT,
            state             TEXT NOT NULL,
            progress          REAL,                     -- 0 to 1
            eta_seconds       REAL,
            message           TEXT,
            generation        INTEGER,
            verdict           TEXT,                     -- JSON object
            error             TEXT,
            created_at        INTEGER NOT NULL,
            started_at        INTEGER,
            finished_at       INTEGER,
            parent_generation INTEGER,
            snapshot          TEXT
        ) STRICT;
        CREATE INDEX runs_by_created_at ON runs (created_at);

        CREATE TABLE promotion (                        -- one row
            one         INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (one = 1),
            generation  INTEGER NOT NULL,
            previous    INTEGER,
            promoted_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE policy (                           -- one row
            one        INTEGER NOT NULL DEFAULT 1 UNIQUE CHECK (one = 1),
            document   TEXT    NOT NULL,                -- JSON object
            updated_at INTEGER NOT NULL
        ) STRICT;
        """,
    ];

    /// <summary>Brings the database to the newest schema, each migration whole or not at all.</summary>
    /// <exception cref="CatalogueException">The database was written by a newer version.</exception>
    public static void Migrate(SqliteConnection connection)
    {
        if (Version(connection) == Migrations.Length) return;
        using var transaction = connection.BeginTransaction(); // immediate: of two processes that start, one waits
        var version = Version(connection);
        if (version > Migrations.Length)
        {
            throw new CatalogueException(
                $"The catalogue has schema {version}, this version of Perennial knows up to {Migrations.Length}. Start the version that wrote it, or a newer one.");
        }

        foreach (var migration in Migrations.Skip(version)) connection.Execute(migration, transaction: transaction);
        connection.Execute($"PRAGMA user_version = {Migrations.Length}", transaction: transaction);
        transaction.Commit();
    }

    private static int Version(SqliteConnection connection) => connection.ExecuteScalar<int>("PRAGMA user_version");
}
