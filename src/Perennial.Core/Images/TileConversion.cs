using System.Numerics.Tensors;

namespace Perennial.Core.Images;

/// <summary>From stored tiles to network input.</summary>
public static class TileConversion
{
    /// <summary>Divides each byte by 255: uint8 in [0, 255] becomes float32 in [0, 1], as torchvision's <c>ToTensor</c> does.</summary>
    /// <param name="tile">Any number of bytes, for example <c>[3, S, S]</c>.</param>
    /// <param name="image">As many floats, same layout.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public static void ToFloat(ReadOnlySpan<byte> tile, Span<float> image)
    {
        if (tile.Length != image.Length)
        {
            throw new ArgumentException($"The tile has {tile.Length} values, the image {image.Length}.", nameof(image));
        }

        TensorPrimitives.ConvertTruncating(tile, image);
        TensorPrimitives.Divide(image, 255f, image);
    }
}
