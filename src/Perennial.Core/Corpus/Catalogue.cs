using Dapper;
using Microsoft.Data.Sqlite;
using Perennial.Core.Durability;

namespace Perennial.Core.Corpus;

/// <summary>
/// The SQLite database of a data directory, <c>perennial.db</c>: what is committed survives a crash of the process and of the machine
/// (write-ahead log, <c>synchronous = FULL</c>). Several processes may have it open. Thread-safe.
/// </summary>
public sealed class Catalogue : IDisposable
{
    private static readonly TimeSpan BusyTimeout = TimeSpan.FromSeconds(30);

    private readonly string _connectionString;
    private readonly DirectoryLease _lease;

    private Catalogue(string dataDirectory, string connectionString, TimeProvider time, DirectoryLease lease, Originals originals, RepairReport repair)
    {
        DataDirectory = dataDirectory;
        _connectionString = connectionString;
        Time = time;
        _lease = lease;
        Originals = originals;
        Repair = repair;
    }

    /// <summary>Full path of the data directory.</summary>
    public string DataDirectory { get; }

    /// <summary>What opening had to put right; clean when another process had the directory open, as then nothing is touched.</summary>
    public RepairReport Repair { get; }

    internal TimeProvider Time { get; }

    internal Originals Originals { get; }

    /// <summary>One writer at a time in this process: SQLite would let them wait for one another by sleeping.</summary>
    internal Lock WriterLock { get; } = new();

    /// <summary>Opens a data directory, creating, migrating and repairing it as needed.</summary>
    /// <exception cref="CatalogueException">It was written by a newer version, is damaged, or its originals are missing.</exception>
    public static Catalogue Open(string dataDirectory, TimeProvider? time = null)
    {
        dataDirectory = Path.GetFullPath(dataDirectory);
        Directory.CreateDirectory(dataDirectory);
        var database = Path.Combine(dataDirectory, "perennial.db");
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = database,
            ForeignKeys = true,
            DefaultTimeout = (int)BusyTimeout.TotalSeconds,
        }.ToString();
        var originals = new Originals(dataDirectory);
        var alone = DirectoryLease.TryAlone(dataDirectory);
        var shared = alone is null ? DirectoryLease.Shared(dataDirectory) : null;
        try
        {
            var repair = RepairReport.Clean;
            using (var connection = Connect(connectionString))
            {
                connection.Execute("PRAGMA journal_mode = WAL");
                Schema.Migrate(connection);
                if (alone is not null) repair = CatalogueRepair.Run(connection, originals);
            }

            DurableFiles.FlushDirectory(dataDirectory);
            alone?.Dispose();
            shared ??= DirectoryLease.Shared(dataDirectory);
            return new Catalogue(dataDirectory, connectionString, time ?? TimeProvider.System, shared, originals, repair);
        }
        catch (Exception exception)
        {
            SqliteConnection.ClearPool(new SqliteConnection(connectionString));
            alone?.Dispose();
            shared?.Dispose();
            if (exception is SqliteException) throw new CatalogueException($"The catalogue {database} cannot be opened: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>An open, pooled connection. Dispose it soon; begin writing transactions with <c>BeginTransaction()</c>, which takes the write lock at once.</summary>
    public SqliteConnection Connect() => Connect(_connectionString);

    /// <inheritdoc/>
    public void Dispose()
    {
        SqliteConnection.ClearPool(new SqliteConnection(_connectionString));
        _lease.Dispose();
    }

    private static SqliteConnection Connect(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA synchronous = FULL; PRAGMA busy_timeout = {(int)BusyTimeout.TotalMilliseconds}");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
