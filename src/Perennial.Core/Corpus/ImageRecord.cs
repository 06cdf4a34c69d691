using System.Text.Json.Nodes;

namespace Perennial.Core.Corpus;

/// <summary>An image of the corpus as the catalogue knows it.</summary>
/// <param name="Id">SHA-256 of its bytes, 64 lower-case hexadecimal digits.</param>
/// <param name="Width">Pixels, after EXIF orientation.</param>
/// <param name="Height">Pixels, after EXIF orientation.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, <c>webp</c>, <c>gif</c> or <c>tiff</c>.</param>
/// <param name="Bytes">Length of the original in bytes.</param>
/// <param name="Label">Null where nobody has named it.</param>
/// <param name="Metadata">A JSON object, or null.</param>
/// <param name="ReceivedAt">UTC, milliseconds.</param>
/// <param name="Split">By content, see <see cref="Splits"/>.</param>
public sealed record ImageRecord(
    string Id, int Width, int Height, string Format, long Bytes, string? Label, JsonObject? Metadata, DateTimeOffset ReceivedAt, Split Split);
