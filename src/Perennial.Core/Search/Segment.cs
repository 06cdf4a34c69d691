using System.Runtime.InteropServices;

namespace Perennial.Core.Search;

/// <summary>
/// One journal with its rows. A single writer calls <see cref="Store"/> (disk, invisible) and then <see cref="Apply"/> (memory, visible with the next <see cref="View"/>).
/// The owner and every running search hold a reference; the last one to let go unmaps the memory.
/// </summary>
internal sealed class Segment
{
    private const int RowsPerWrite = 1024;

    private readonly Journal _journal;
    private readonly VectorFile _vectors;
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Payload> _labelOnly = new(StringComparer.Ordinal);
    private RowBlock[] _blocks = [];
    private int _used;
    private long _version;
    private int _references = 1;

    private Segment(SegmentFiles files, int dimensions, Journal journal, VectorFile vectors) =>
        (Files, Dimensions, _journal, _vectors) = (files, dimensions, journal, vectors);

    public SegmentFiles Files { get; }

    public int Dimensions { get; }

    /// <summary>Live points: id to row.</summary>
    public IReadOnlyDictionary<string, int> Rows => _rows;

    /// <summary>Changes in the journal, superseded ones too.</summary>
    public long Records { get; private set; }

    /// <summary>Rows in the file that no longer belong to a point.</summary>
    public int DeadRows => _used - _rows.Count;

    public CollectionView View => new(this, _blocks, _used, _version);

    /// <summary>Starts a segment aside; <see cref="Publish"/> makes it the collection.</summary>
    public static Segment Begin(SegmentFiles files, CollectionHeader header)
    {
        Journal journal = Journal.Create(files.JournalAside);
        journal.Write(header.Encode());
        return new Segment(files, header.Dimensions, journal, new VectorFile(files.Vectors, header.Dimensions, FileMode.Create));
    }

    /// <param name="files">A published segment.</param>
    /// <param name="check">Sees the header before anything else is read.</param>
    /// <exception cref="CorruptCollectionException">The journal or a vector is damaged, or a file is missing.</exception>
    public static Segment Open(SegmentFiles files, Action<CollectionHeader> check)
    {
        Journal journal = Journal.Open(files.Journal);
        Segment? segment = null;
        List<uint> checksums = [];
        try
        {
            journal.Replay(frame =>
            {
                if (segment is null)
                    segment = OpenRows(files, journal, frame, check);
                else
                    segment.ApplyStored(JournalRecord.Decode(frame), checksums);
            });
            (segment ?? throw new CorruptCollectionException($"{files.Journal} has no header.")).CheckVectors(checksums);
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
    public void Store(IReadOnlyList<JournalRecord> records, IReadOnlyList<ReadOnlyMemory<float>> vectors, bool durable)
    {
        Reserve(vectors.Count);
        WriteRows(vectors);
        byte[] frame = JournalRecord.Encode(records);
        if (!durable)
        {
            _journal.Write(frame);
            return;
        }
        if (vectors.Count > 0)
            _vectors.Flush(); // before the journal names the rows
        _journal.Append(frame);
    }

    /// <summary>Brings stored changes into memory as one new version. The caller keeps readers of <see cref="Rows"/> and <see cref="View"/> out meanwhile.</summary>
    public void Apply(IReadOnlyList<JournalRecord> records)
    {
        _version++;
        Records += records.Count;
        foreach (JournalRecord record in records)
        {
            bool known = _rows.TryGetValue(record.Id, out int row);
            if (record.Kind == ChangeKind.Payload)
            {
                if (known)
                    BlockOf(row).Payloads[row % RowBlock.Rows] = Shared(record.Payload);
                continue;
            }
            if (known)
            {
                BlockOf(row).DiedAt[row % RowBlock.Rows] = _version;
                _rows.Remove(record.Id);
            }
            if (record.Kind == ChangeKind.Upsert)
                AddRow(record);
        }
    }

    public void Publish()
    {
        _vectors.Flush();
        _journal.Flush();
        Files.Publish();
    }

    public ReadOnlySpan<float> Vector(int row) => BlockOf(row).Vector(row % RowBlock.Rows);

    public Payload Payload(int row) => BlockOf(row).Payloads[row % RowBlock.Rows];

    /// <summary>To be called only while another reference is certain to stand.</summary>
    public void Retain() => Interlocked.Increment(ref _references);

    public void Release()
    {
        if (Interlocked.Decrement(ref _references) > 0)
            return;
        foreach (RowBlock block in _blocks)
            block.Dispose();
        _vectors.Dispose();
        _journal.Dispose();
    }

    private static Segment OpenRows(SegmentFiles files, Journal journal, byte[] frame, Action<CollectionHeader> check)
    {
        CollectionHeader header = CollectionHeader.Decode(frame);
        check(header);
        return File.Exists(files.Vectors)
            ? new Segment(files, header.Dimensions, journal, new VectorFile(files.Vectors, header.Dimensions, FileMode.Open))
            : throw new CorruptCollectionException($"{files.Vectors} is missing.");
    }

    private void ApplyStored(List<JournalRecord> records, List<uint> checksums)
    {
        checksums.AddRange(from record in records where record.Kind == ChangeKind.Upsert select record.VectorCrc);
        if (checksums.Count > _vectors.RowsAtOpen)
            throw new CorruptCollectionException($"{Files.Vectors} holds {_vectors.RowsAtOpen} rows; its journal lists more.");
        Reserve(checksums.Count - _used);
        Apply(records);
    }

    private void CheckVectors(List<uint> checksums)
    {
        string? damaged = _rows.AsParallel()
            .Where(point => Crc32C.Of(MemoryMarshal.AsBytes(Vector(point.Value))) != checksums[point.Value])
            .Select(point => point.Key).FirstOrDefault();
        if (damaged is not null)
            throw new CorruptCollectionException($"The vector of '{damaged}' in {Files.Vectors} does not have the checksum that the journal lists.");
    }

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
        int row = _used++;
        RowBlock block = BlockOf(row);
        block.Ids[row % RowBlock.Rows] = record.Id;
        block.Payloads[row % RowBlock.Rows] = Shared(record.Payload);
        _rows.Add(record.Id, row);
    }

    private RowBlock BlockOf(int row) => _blocks[row / RowBlock.Rows];

    /// <summary>Points with a label and no metadata share one payload for each label.</summary>
    private Payload Shared(Payload payload)
    {
        if (payload.Label is null || payload.Metadata is not null)
            return payload;
        ref Payload? shared = ref CollectionsMarshal.GetValueRefOrAddDefault(_labelOnly, payload.Label, out _);
        return shared ??= payload;
    }
}
