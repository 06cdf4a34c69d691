using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Perennial.Core.Search;

/// <summary>One change of a collection. A frame of the journal holds the changes of one call, so that they are kept or lost together.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Id">The point, UTF-8.</param>
/// <param name="VectorCrc">CRC-32C of the row, for <see cref="ChangeKind.Upsert"/>; the row's number is the count of upserts before it.</param>
/// <param name="Payload">For <see cref="ChangeKind.Upsert"/> and <see cref="ChangeKind.Payload"/>.</param>
internal readonly record struct JournalRecord(ChangeKind Kind, ReadOnlyMemory<byte> Id, uint VectorCrc, Payload Payload)
{
    private const int LengthBits = 7;
    private const int MostLengthBytes = 5;

    public static JournalRecord Upsert(string id, ReadOnlySpan<float> vector, Payload payload) => new(ChangeKind.Upsert, IdIndex.BytesOf(id), Crc32C.Of(MemoryMarshal.AsBytes(vector)), payload);

    public static JournalRecord Describe(string id, Payload payload) => new(ChangeKind.Payload, IdIndex.BytesOf(id), 0, payload);

    public static JournalRecord Delete(string id) => new(ChangeKind.Delete, IdIndex.BytesOf(id), 0, Payload.None);

    public static byte[] Encode(IReadOnlyList<JournalRecord> records)
    {
        ArrayBufferWriter<byte> writer = new(Math.Max(records.Count, 1) * 64);
        foreach (JournalRecord record in records)
        {
            Write(writer, (byte)record.Kind);
            WriteText(writer, record.Id.Span);
            if (record.Kind == ChangeKind.Upsert)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(writer.GetSpan(sizeof(uint)), record.VectorCrc);
                writer.Advance(sizeof(uint));
            }
            if (record.Kind == ChangeKind.Delete)
                continue;
            Write(writer, record.Payload.Label is null ? (byte)0 : (byte)1);
            if (record.Payload.Label is { } label)
                WriteText(writer, Encoding.UTF8.GetBytes(label));
            Write(writer, record.Payload.Json.IsEmpty ? (byte)0 : (byte)1);
            if (!record.Payload.Json.IsEmpty)
                WriteText(writer, record.Payload.Json.Span);
        }
        return writer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a frame; ids and metadata stay in its bytes.</summary>
    /// <exception cref="CorruptCollectionException">The bytes have a valid checksum and yet are no records.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Decode(ReadOnlyMemory<byte> frame, LabelPool labels, List<JournalRecord> records)
    {
        records.Clear();
        for (int at = 0; at < frame.Length;)
        {
            ReadOnlySpan<byte> bytes = frame.Span;
            var kind = (ChangeKind)bytes[at++];
            if (kind is not (ChangeKind.Upsert or ChangeKind.Payload or ChangeKind.Delete))
                throw new CorruptCollectionException($"The journal holds a change of the unknown kind {(byte)kind}.");
            ReadOnlyMemory<byte> id = ReadText(frame, ref at);
            uint crc = 0;
            if (kind == ChangeKind.Upsert)
                crc = BinaryPrimitives.ReadUInt32LittleEndian(Take(frame, sizeof(uint), ref at).Span);
            if (kind == ChangeKind.Delete)
            {
                records.Add(new JournalRecord(kind, id, 0, Payload.None));
                continue;
            }
            bool labelled = Take(frame, 1, ref at).Span[0] != 0;
            ReadOnlyMemory<byte> label = labelled ? ReadText(frame, ref at) : default;
            ReadOnlyMemory<byte> json = Take(frame, 1, ref at).Span[0] != 0 ? ReadText(frame, ref at) : default;
            records.Add(new JournalRecord(kind, id, crc, labelled ? labels.Payload(label.Span, json) : json.IsEmpty ? Payload.None : new Payload(null, json)));
        }
    }

    private static void Write(ArrayBufferWriter<byte> writer, byte value)
    {
        writer.GetSpan(1)[0] = value;
        writer.Advance(1);
    }

    /// <summary>The length, seven bits a byte from the lowest, then the text.</summary>
    private static void WriteText(ArrayBufferWriter<byte> writer, ReadOnlySpan<byte> text)
    {
        uint length = (uint)text.Length;
        for (; length >= 1 << LengthBits; length >>= LengthBits)
            Write(writer, (byte)(length | 0x80));
        Write(writer, (byte)length);
        writer.Write(text);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlyMemory<byte> ReadText(ReadOnlyMemory<byte> frame, ref int at)
    {
        uint length = 0;
        for (int i = 0; i < MostLengthBytes; i++)
        {
            byte part = Take(frame, 1, ref at).Span[0];
            length |= (uint)(part & 0x7F) << (i * LengthBits);
            if (part < 0x80)
                return Take(frame, (int)Math.Min(length, int.MaxValue), ref at);
        }
        throw new CorruptCollectionException("The journal holds a change that cannot be read: a length without an end.");
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> frame, int length, ref int at)
    {
        if (length > frame.Length - at)
            throw new CorruptCollectionException("The journal holds a change that cannot be read: it ends too early.");
        ReadOnlyMemory<byte> taken = frame.Slice(at, length);
        at += length;
        return taken;
    }
}
