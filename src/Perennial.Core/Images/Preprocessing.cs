using System.Text.Json.Serialization;

namespace Perennial.Core.Images;

/// <summary>
/// How an image becomes the input of a network. Training and serving use this one record, and it travels in the manifest of a
/// generation, so that both sides cannot drift apart. Two records with equal values are equal.
/// </summary>
public sealed record Preprocessing : IEquatable<Preprocessing>
{
    /// <summary>Smallest side of a tile in pixels.</summary>
    public const int SmallestSize = 8;

    /// <summary>Largest side of a tile in pixels.</summary>
    public const int LargestSize = 1024;

    /// <summary>Side of the square tile in pixels, 8 to 1024. Default 32.</summary>
    [JsonPropertyName("size")]
    public int Size { get; init; } = 32;

    /// <summary>How the square is made. Default <see cref="ResizeMode.CentreCrop"/>.</summary>
    [JsonPropertyName("resize")]
    public ResizeMode Resize { get; init; } = ResizeMode.CentreCrop;

    /// <summary>Mean of each channel, RGB in [0, 1], three values. Default: ImageNet's. Applied inside the network's graph.</summary>
    [JsonPropertyName("mean")]
    public float[] Mean { get; init; } = [0.485f, 0.456f, 0.406f];

    /// <summary>Standard deviation of each channel, RGB, three values above 0. Default: ImageNet's. Applied inside the network's graph.</summary>
    [JsonPropertyName("std")]
    public float[] Std { get; init; } = [0.229f, 0.224f, 0.225f];

    /// <summary>Bytes of one tile: planar RGB, one byte a value, <c>[3, Size, Size]</c>.</summary>
    [JsonIgnore]
    public int TileBytes => 3 * Size * Size;

    /// <summary>Throws when a value lies outside its range.</summary>
    /// <exception cref="ArgumentException">The message names the value and its range.</exception>
    public void Validate()
    {
        if (Size is < SmallestSize or > LargestSize)
        {
            throw new ArgumentException($"Preprocessing: size is {Size}; it must be from {SmallestSize} to {LargestSize} pixels.");
        }

        if (!Enum.IsDefined(Resize))
        {
            throw new ArgumentException($"Preprocessing: resize is {Resize}; it must be centreCrop or squash.");
        }

        if (Mean is not { Length: 3 } || !Mean.All(float.IsFinite))
        {
            throw new ArgumentException("Preprocessing: mean must hold three finite values, one for each of R, G and B.");
        }

        if (Std is not { Length: 3 } || !Std.All(value => float.IsFinite(value) && value > 0))
        {
            throw new ArgumentException("Preprocessing: std must hold three values above 0, one for each of R, G and B.");
        }
    }

    /// <inheritdoc/>
    public bool Equals(Preprocessing? other) =>
        other is not null && Size == other.Size && Resize == other.Resize
        && Mean.AsSpan().SequenceEqual(other.Mean) && Std.AsSpan().SequenceEqual(other.Std);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Size);
        hash.Add(Resize);
        foreach (var value in Mean.AsSpan()) hash.Add(value);
        foreach (var value in Std.AsSpan()) hash.Add(value);
        return hash.ToHashCode();
    }
}
