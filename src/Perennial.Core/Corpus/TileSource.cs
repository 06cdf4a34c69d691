namespace Perennial.Core.Corpus;

/// <summary>An image that waits to be decoded.</summary>
/// <param name="Id">Its id, or another name that is stable as long as its bytes are.</param>
/// <param name="Label">Its label, or null.</param>
/// <param name="Split">Its side.</param>
/// <param name="Read">Reads the encoded image; called at most once, on any thread. An <see cref="IOException"/> skips the image.</param>
public sealed record TileSource(string Id, string? Label, Split Split, Func<byte[]> Read)
{
    /// <summary>An image of a dataset under the id of its content, on the side that its folder names, else on the side of its content.</summary>
    public static TileSource Of(DatasetImage image)
    {
        var id = ImageId.Of(image.Bytes);
        return new TileSource(id, image.Label, image.Split ?? Splits.Of(id), () => image.Bytes);
    }
}
