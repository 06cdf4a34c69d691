using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>An image that was taken into the corpus, or why it was not.</summary>
public sealed record AddedImage
{
    /// <summary>SHA-256 of its bytes, 64 lower-case hexadecimal digits.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>Whether the corpus had it already.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Duplicate { get; init; }

    /// <summary>Pixels, after EXIF orientation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Width { get; init; }

    /// <summary>Pixels, after EXIF orientation.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Height { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ItemError? Error { get; init; }
}
