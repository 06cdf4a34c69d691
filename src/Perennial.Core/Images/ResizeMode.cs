using System.Text.Json.Serialization;

namespace Perennial.Core.Images;

/// <summary>How an image of any shape becomes a square tile.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResizeMode>))]
public enum ResizeMode
{
    /// <summary>The shorter side is brought to the size, then the centre is cut out; the aspect ratio is kept.</summary>
    [JsonStringEnumMemberName("centreCrop")]
    CentreCrop,

    /// <summary>Both sides are brought to the size; nothing is cut off, the aspect ratio is not kept.</summary>
    [JsonStringEnumMemberName("squash")]
    Squash,
}
