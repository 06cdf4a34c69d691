using System.Text;

namespace Perennial.Core.Search;

/// <summary>
/// One journal with its rows. A single writer calls <see cref="Store"/> (disk, invisible) and then <see cref="Apply"/> (memory, visible with the next <see cref="View"/>).
/// The owner and every running search hold a reference; the last one to let go unmaps the memory.
/// </summary>
internal sealed class Segment
{
    private const int RowsPerWrite = 1024;

    /// <summary>Least bytes that a point takes in the journal.</summary>
    private const int LeastRecordBytes = 9;

    private readonly Journal _journal;
    private readonly VectorFile _vectors;
    private readonly IdIndex _rows = new();
    private readonly LabelPool _labels = new();
    private RowBlock[] _blocks = [];
    private readonly bool _withCodes;
    private CodeFile? _codes;
    private int _used;
    private long _version;
    private int _references = 1;

    private Segment(SegmentFiles files, int dimensions, Journal journal, VectorFile vectors, bool withCodes) =>
        (Files, Dimensions, _journal, _vectors, _withCodes) = (files, dimensions, journal, vectors, withCodes);

    public SegmentFiles Files { get; }

    public int Dimensions { get; }

    /// <summary>Live points.</summary>
    public IdIndex Rows => _rows;

    /// <summary>Changes in the journal, superseded ones too.</summary>
    public long Records { get; private set; }

    /// <summary>Rows in the file, dead ones too.</summary>
    public int Used => _used;

    /// <summary>Rows in the file that no longer belong to a point.</summary>
    public int DeadRows => _used - _rows.Count;

    /// <summary>Rows before this one were durable long before the segment was opened: no crash can have torn them.</summary>
    public int SettledAtOpen { get; private set; }

    /// <summary>Why the last block stayed without codes.</summary>
    public Exception? CodesFault { get; private set; }

    public CollectionView View => new(this, _blocks, _used, _version);

    /// <summary>Starts a segment aside; <see cref="Publish"/> makes it the collection.</summary>
    public static Segment Begin(SegmentFiles files, CollectionHeader header, bool withCodes)
    {
        Journal journal = Journal.Create(files.JournalAside);
        journal.Write(header.Encode());
        File.Delete(files.Codes);
        return new Segment(files, header.Dimensions, journal, new VectorFile(files.Vectors, header.Dimensions, FileMode.Create), withCodes);
    }

    /// <summary>Reads the journal, and checks the vectors that its last change wrote: a crash can have torn no others. The rest is for <see cref="Damaged"/> to check.</summary>
    /// <param name="files">A published segment.</param>
    /// <param name="withCodes">Whether <see cref="MakeCodes"/> makes any.</param>
    /// <param name="check">Sees the header before anything else is read.</param>
    /// <exception cref="CorruptCollectionException">The journal or one of its last vectors is damaged, or a file is missing.</exception>
    public static Segment Open(SegmentFiles files, bool withCodes, Action<CollectionHeader> check)
    {
        Journal journal = Journal.Open(files.Journal);
        Segment? segment = null;
        List<JournalRecord> records = [];
        try
        {
            journal.Replay(frame =>
            {
                if (segment is null)
                {
                    segment = OpenRows(files, withCodes, journal, frame, check);
                    return;
                }
                JournalRecord.Decode(frame, segment._labels, records);
                segment.ApplyStored(records);
            });
            if (segment is null)
                throw new CorruptCollectionException($"{files.Journal} has no header.");
            segment.SettledAtOpen = Math.Min(segment.SettledAtOpen, Math.Max(0, segment._used - RowBlock.Rows));
            segment.RefuseTorn();
            return segment;
        }
        catch
        {
            segment?.Release();
            journal.Dispose();
            throw;
        }
    }

    /// <summary>Writes the vectors of the upserts (in their order) and one frame of the journal. Throws without a trace when the disk refuses.</summary>
    /// <param name="records">The changes of one call.</param>
    /// <param name="vectors">One for each upsert.</param>
    /// <param name="durable">False only for a segment that has not been published.</param>
    /// <returns>The changes as the journal holds them, for <see cref="Apply"/>.</returns>
    public IReadOnlyList<JournalRecord> Store(IReadOnlyList<JournalRecord> records, IReadOnlyList<ReadOnlyMemory<float>> vectors, bool durable)
    {
        byte[] frame = JournalRecord.Encode(records);
        List<JournalRecord> stored = new(records.Count);
        JournalRecord.Decode(frame, _labels, stored);
        Reserve(vectors.Count);
        WriteRows(vectors);
        if (!durable)
        {
            _journal.Write(frame);
            return stored;
        }
        if (vectors.Count > 0)
            _vectors.Flush(); // before the journal names the rows
        _journal.Append(frame);
        return stored;
    }

    /// <summary>Brings stored changes into memory as one new version. The caller keeps readers of <see cref="Rows"/> and <see cref="View"/> out meanwhile.</summary>
    public void Apply(IReadOnlyList<JournalRecord> records)
    {
        Records += records.Count;
        _version++;
        foreach (JournalRecord record in records)
        {
            if (record.Kind == ChangeKind.Upsert)
                AddRow(record);
            else if (!_rows.TryFind(record.Id, out int row))
                continue;
            else if (record.Kind == ChangeKind.Payload)
                BlockOf(row).Payloads[row % RowBlock.Rows] = record.Payload;
            else
                Kill(record.Id, row);
        }
    }

    /// <summary>Ids of those points of a range of rows whose vector does not have the checksum that the journal lists.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Damaged(int first, int end)
    {
        for (int row = first; row < end; row++)
        {
            RowBlock block = BlockOf(row);
            int at = row % RowBlock.Rows;
            if (block.LivesAt(at, long.MaxValue - 1) && !block.IsWhole(at))
                yield return block.Ids[at];
        }
    }

    /// <summary>Gives a full block its int8 codes. Without room on the disk it stays without, and is searched all the same.</summary>
    public void MakeCodes(int block)
    {
        try
        {
            if (_withCodes)
                _blocks[block].Codes = LazyInitializer.EnsureInitialized(ref _codes, () => new CodeFile(Files.Codes, Dimensions)).Of(block, _blocks[block]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            CodesFault = exception;
        }
    }

    public void Publish()
    {
        _vectors.Flush();
        _journal.Flush();
        Files.Publish();
    }

    public RowBlock BlockOf(int row) => _blocks[row / RowBlock.Rows];

    public ReadOnlySpan<float> Vector(int row) => BlockOf(row).Vector(row % RowBlock.Rows);

    /// <summary>A point as it would be written anew; its checksum is the one of old, so that damage does not become what is right.</summary>
    public JournalRecord Record(int row)
    {
        RowBlock block = BlockOf(row);
        int at = row % RowBlock.Rows;
        return new JournalRecord(ChangeKind.Upsert, block.Ids[at], block.Checksums[at], block.Payloads[at]);
    }

    /// <summary>To be called only while another reference is certain to stand.</summary>
    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        foreach (RowBlock block in _blocks)
            block.Dispose();
        _codes?.Dispose();
        _vectors.Dispose();
        _journal.Dispose();
    }

    private static Segment OpenRows(SegmentFiles files, bool withCodes, Journal journal, ReadOnlyMemory<byte> frame, Action<CollectionHeader> check)
    {
        CollectionHeader header = CollectionHeader.Decode(frame.Span);
        check(header);
        if (!File.Exists(files.Vectors))
            throw new CorruptCollectionException($"{files.Vectors} is missing.");
        Segment segment = new(files, header.Dimensions, journal, new VectorFile(files.Vectors, header.Dimensions, FileMode.Open), withCodes);
        segment._rows.Expect((int)Math.Min(segment._vectors.RowsAtOpen, journal.FileLength / LeastRecordBytes));
        return segment;
    }

    private void ApplyStored(List<JournalRecord> records)
    {
        int upserts = records.Count(record => record.Kind == ChangeKind.Upsert);
        if ((long)_used + upserts > _vectors.RowsAtOpen)
            throw new CorruptCollectionException($"{Files.Vectors} holds {_vectors.RowsAtOpen} rows; its journal lists more.");
        if (upserts > 0)
            SettledAtOpen = _used;
        Reserve(upserts);
        Apply(records);
    }

    private void RefuseTorn()
    {
        foreach (ReadOnlyMemory<byte> id in Damaged(SettledAtOpen, _used))
            throw new CorruptCollectionException(DamageOf(id));
    }

    /// <summary>What is to be said of a damaged point.</summary>
    public string DamageOf(ReadOnlyMemory<byte> id) => $"The vector of '{Encoding.UTF8.GetString(id.Span)}' in {Files.Vectors} does not have the checksum that the journal lists.";

    /// <summary>Maps what the next rows need, so that <see cref="Apply"/> cannot fail.</summary>
    private void Reserve(int rows)
    {
        while ((long)_blocks.Length * RowBlock.Rows < (long)_used + rows)
            _blocks = [.. _blocks, _vectors.Map(_blocks.Length)];
    }

    private void WriteRows(IReadOnlyList<ReadOnlyMemory<float>> vectors)
    {
        float[] buffer = new float[Math.Min(vectors.Count, RowsPerWrite) * Dimensions];
        for (int first = 0; first < vectors.Count; first += RowsPerWrite)
        {
            int count = Math.Min(RowsPerWrite, vectors.Count - first);
            for (int i = 0; i < count; i++)
                vectors[first + i].Span.CopyTo(buffer.AsSpan(i * Dimensions));
            _vectors.Write(_used + first, buffer.AsSpan(0, count * Dimensions));
        }
    }

    private void AddRow(JournalRecord record)
    {
        int row = _used++, at = row % RowBlock.Rows;
        RowBlock block = BlockOf(row);
        (block.Ids[at], block.Payloads[at], block.Checksums[at]) = (record.Id, record.Payload, record.VectorCrc);
        if (_rows.Replace(record.Id, row, out int before))
            BlockOf(before).Kill(before % RowBlock.Rows, _version);
    }

    private void Kill(ReadOnlyMemory<byte> id, int row)
    {
        BlockOf(row).Kill(row % RowBlock.Rows, _version);
        _rows.Remove(id);
    }
}
