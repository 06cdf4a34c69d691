namespace Perennial.Core.Corpus;

/// <summary>A row of the table <c>images</c>, as SQLite holds it.</summary>
internal sealed class ImageRow
{
    public const string Columns = "id, width, height, format, bytes, label, metadata, received_at AS ReceivedAt, split";

    public required string Id { get; init; }

    public int Width { get; init; }

    public int Height { get; init; }

    public required string Format { get; init; }

    public long Bytes { get; init; }

    public string? Label { get; init; }

    public string? Metadata { get; init; }

    public long ReceivedAt { get; init; }

    public required string Split { get; init; }

    public static string NameOf(Split split) => split == Corpus.Split.Test ? "test" : "train";

    public ImageRecord ToRecord() => new(
        Id, Width, Height, Format, Bytes, Label, Metadata is null ? null : Annotations.Parse(Metadata),
        DateTimeOffset.FromUnixTimeMilliseconds(ReceivedAt), Split == "test" ? Corpus.Split.Test : Corpus.Split.Train);
}
