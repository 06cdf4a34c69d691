using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Perennial.Core.Search;

/// <summary>One change of a collection. A frame of the journal holds the changes of one call, so that they are kept or lost together.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Id">The point.</param>
/// <param name="VectorCrc">CRC-32C of the row, for <see cref="ChangeKind.Upsert"/>; the row's number is the count of upserts before it.</param>
/// <param name="Payload">For <see cref="ChangeKind.Upsert"/> and <see cref="ChangeKind.Payload"/>.</param>
internal readonly record struct JournalRecord(ChangeKind Kind, string Id, uint VectorCrc, Payload Payload)
{
    public static JournalRecord Upsert(string id, ReadOnlySpan<float> vector, Payload payload) => new(ChangeKind.Upsert, id, Crc32C.Of(MemoryMarshal.AsBytes(vector)), payload);

    public static JournalRecord Describe(string id, Payload payload) => new(ChangeKind.Payload, id, 0, payload);

    public static JournalRecord Delete(string id) => new(ChangeKind.Delete, id, 0, Payload.None);

    public static byte[] Encode(IReadOnlyList<JournalRecord> records)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        foreach (JournalRecord record in records)
        {
            writer.Write((byte)record.Kind);
            writer.Write(record.Id);
            if (record.Kind == ChangeKind.Upsert)
                writer.Write(record.VectorCrc);
            if (record.Kind == ChangeKind.Delete)
                continue;
            WriteOptional(writer, record.Payload.Label);
            WriteOptional(writer, record.Payload.Metadata?.GetRawText());
        }
        return stream.ToArray();
    }

    /// <exception cref="CorruptCollectionException">The bytes have a valid checksum and yet are no records.</exception>
    public static List<JournalRecord> Decode(byte[] frame)
    {
        try
        {
            using MemoryStream stream = new(frame, writable: false);
            using BinaryReader reader = new(stream, Encoding.UTF8);
            List<JournalRecord> records = [];
            while (stream.Position < frame.Length)
            {
                var kind = (ChangeKind)reader.ReadByte();
                string id = reader.ReadString();
                records.Add(kind switch
                {
                    ChangeKind.Upsert => new(kind, id, reader.ReadUInt32(), ReadPayload(reader)),
                    ChangeKind.Payload => Describe(id, ReadPayload(reader)),
                    ChangeKind.Delete => Delete(id),
                    _ => throw new CorruptCollectionException($"The journal holds a change of the unknown kind {(byte)kind}."),
                });
            }
            return records;
        }
        catch (Exception exception) when (exception is IOException or FormatException or ArgumentException or JsonException)
        {
            throw new CorruptCollectionException($"The journal holds a change that cannot be read: {exception.Message}", exception);
        }
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
            writer.Write(text);
    }

    private static Payload ReadPayload(BinaryReader reader)
    {
        string? label = reader.ReadBoolean() ? reader.ReadString() : null;
        string? metadata = reader.ReadBoolean() ? reader.ReadString() : null;
        return label is null && metadata is null ? Payload.None : new Payload(label, metadata is null ? null : JsonElement.Parse(metadata));
    }
}
