using System.Text;
using Perennial.Core.Durability;

namespace Perennial.Core.Search;

/// <summary>
/// What all handles of one open collection share. One writer at a time stores its changes, flushes, and only then publishes them under a lock that is held for memory alone:
/// searches take the current view in that lock and never wait for a disk.
/// </summary>
internal sealed class EmbeddedCollection
{
    private const int LockedBySomebody = 11; // EWOULDBLOCK

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Lock _publishing = new();
    private readonly CollectionHeader _header;
    private readonly FileStream _lock;
    private Segment? _segment;
    private Upkeep _upkeep;
    private int _codedBlocks;
    private long _retryCompactionAt;

    private EmbeddedCollection(CollectionHeader header, EmbeddedIndexOptions options, FileStream fileLock, Segment segment)
    {
        (_header, Options, _lock, _segment) = (header, options, fileLock, segment);
        _upkeep = LookAfter(segment);
    }

    public EmbeddedIndexOptions Options { get; }

    public string Digest => _header.Digest;

    public int Dimensions => _header.Dimensions;

    /// <summary>Why the last compaction did not succeed; the collection is whole all the same.</summary>
    public Exception? CompactionFault { get; private set; }

    /// <summary>Points whose vectors were found to have changed on the disk, and that are answered no more. The next opening refuses the collection, so that it is filled anew.</summary>
    public int DamagedPoints { get; private set; }

    /// <summary>Until the vectors that were there at the opening, or at the last compaction, are checked and coded.</summary>
    public Task UpkeepDone => _upkeep.Done;

    public long Count => Read(segment => segment.Rows.Count);

    /// <exception cref="DimensionMismatchException">The folder's collection has another dimension.</exception>
    /// <exception cref="CorruptCollectionException">What is stored cannot be trusted.</exception>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static EmbeddedCollection Open(string directory, CollectionHeader header, EmbeddedIndexOptions options)
    {
        Directory.CreateDirectory(directory);
        FileStream fileLock = LockFolder(directory);
        try
        {
            if (File.Exists(DamageNote(directory)))
                throw new CorruptCollectionException(File.ReadAllText(DamageNote(directory)));
            Segment segment = SegmentFiles.In(directory) is { } files ? Segment.Open(files, options.Int8, stored => Match(stored, header, directory)) : Create(directory, header, options);
            segment.Files.DeleteOthers();
            return new EmbeddedCollection(header, options, fileLock, segment);
        }
        catch
        {
            fileLock.Dispose();
            throw;
        }
    }

    public T Read<T>(Func<Segment, T> read)
    {
        lock (_publishing)
            return read(Current());
    }

    /// <summary>The current view; its segment is retained until the caller releases it.</summary>
    public CollectionView Acquire()
    {
        lock (_publishing)
        {
            Segment segment = Current();
            segment.Retain();
            return segment.View;
        }
    }

    /// <param name="records">The changes of one call: all become durable and visible, or none.</param>
    /// <param name="vectors">One for each upsert.</param>
    /// <param name="cancellationToken">Cancels the wait for other writers, not the write.</param>
    public async Task WriteAsync(IReadOnlyList<JournalRecord> records, IReadOnlyList<ReadOnlyMemory<float>> vectors, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(() => Write(records, vectors), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Rewrites the collection without its dead rows.</summary>
    public async Task CompactAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Task.Run(() => Compact(Current()), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits for the writer and lets go of the files; searches that are running keep what they read until they end.</summary>
    public async Task CloseAsync()
    {
        await _upkeep.StopAsync().ConfigureAwait(false);
        await _writing.WaitAsync().ConfigureAwait(false);
        lock (_publishing)
        {
            _segment?.Release();
            _segment = null;
        }
        _lock.Dispose();
        _writing.Release();
    }

    private void Write(IReadOnlyList<JournalRecord> records, IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        Segment segment = Current();
        JournalRecord[] effective = vectors.Count > 0 ? [.. records] : [.. records.Where(record => segment.Rows.TryFind(record.Id, out _))];
        if (effective.Length == 0)
            return;
        IReadOnlyList<JournalRecord> stored = segment.Store(effective, vectors, durable: true);
        lock (_publishing)
            segment.Apply(stored);
        for (; (_codedBlocks + 1) * (long)RowBlock.Rows <= segment.Used; _codedBlocks++)
            segment.MakeCodes(_codedBlocks);
        if (Compaction.IsDue(segment) && segment.Records >= _retryCompactionAt)
            TryCompact(segment);
    }

    /// <summary>The write that made it due is durable already, so a full disk must not fail it.</summary>
    private void TryCompact(Segment segment)
    {
        try
        {
            Compact(segment);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CompactionFault = exception;
            _retryCompactionAt = segment.Records + (segment.Records / 8);
        }
    }

    private void Compact(Segment old)
    {
        Segment compacted = Compaction.Rewrite(old, _header, Options.Int8);
        _ = _upkeep.StopAsync();
        lock (_publishing)
            _segment = compacted;
        _upkeep = LookAfter(compacted);
        (CompactionFault, _retryCompactionAt) = (null, 0);
        old.Release();
        old.Files.Delete();
    }

    private Upkeep LookAfter(Segment segment)
    {
        _codedBlocks = segment.Used / RowBlock.Rows;
        return new Upkeep(segment, segment.Used, (ids, cancellationToken) => PutAsideAsync(segment, ids, cancellationToken));
    }

    /// <summary>Takes damaged points out of sight, and notes for the next opening that the collection has to be filled anew.</summary>
    private async Task PutAsideAsync(Segment segment, IReadOnlyList<ReadOnlyMemory<byte>> ids, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_segment != segment)
                return; // compacted meanwhile: its successor is checked in its turn
            lock (_publishing)
                segment.Apply([.. ids.Select(id => new JournalRecord(ChangeKind.Delete, id, 0, Payload.None))]);
            DamagedPoints += ids.Count;
            DurableFiles.Write(DamageNote(segment.Files.Directory), Encoding.UTF8.GetBytes(segment.DamageOf(ids[0])));
        }
        finally
        {
            _writing.Release();
        }
    }

    private static string DamageNote(string directory) => Path.Combine(directory, "damaged.txt");

    private Segment Current() => _segment ?? throw new ObjectDisposedException(nameof(IVectorCollection), $"The collection {Digest} was closed or dropped.");

    private static Segment Create(string directory, CollectionHeader header, EmbeddedIndexOptions options)
    {
        Segment segment = Segment.Begin(new SegmentFiles(directory, 1), header, options.Int8);
        segment.Publish();
        DurableFiles.FlushDirectory(Path.GetDirectoryName(directory)!);
        return segment;
    }

    private static void Match(CollectionHeader stored, CollectionHeader wanted, string directory)
    {
        if (stored.Digest != wanted.Digest)
            throw new CorruptCollectionException($"{directory} holds the vectors of {stored.Digest}.");
        if (stored.Dimensions != wanted.Dimensions)
            throw new DimensionMismatchException($"The collection {stored.Digest} has {stored.Dimensions} dimensions; {wanted.Dimensions} were asked for.", stored.Dimensions, wanted.Dimensions);
    }

    /// <summary>Held while the collection is open; the kernel frees it with the process.</summary>
    public static FileStream LockFolder(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        }
        catch (IOException exception) when (exception.HResult == LockedBySomebody)
        {
            throw new IOException($"The collection in {directory} is open in another process.", exception);
        }
    }
}
