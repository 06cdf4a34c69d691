using Perennial.Core.Images;

namespace Perennial.Core.Corpus;

/// <summary>
/// Decoded images, ready for training: tiles <c>[Count, 3, S, S]</c> of uint8, planar RGB, in one memory-mapped file, so that a set may be
/// larger than memory. Thread-safe for reading; spans are valid until the set is disposed.
/// </summary>
public sealed class TileSet : IDisposable
{
    private readonly TileFile _file;
    private readonly int[]? _rows;
    private bool _disposed;

    internal TileSet(TileFile file, int[]? rows, Preprocessing preprocessing, IReadOnlyList<TileIdentity> images, IReadOnlyList<SkippedImage> skipped)
    {
        _file = file;
        _rows = rows;
        Preprocessing = preprocessing;
        Ids = images.Select(image => image.Id).ToArray();
        Labels = images.Select(image => image.Label).ToArray();
        Splits = images.Select(image => image.Split).ToArray();
        Skipped = skipped;
    }

    /// <summary>Count of tiles.</summary>
    public int Count => Ids.Count;

    /// <summary>How the tiles were made.</summary>
    public Preprocessing Preprocessing { get; }

    /// <summary>Id of each tile's image.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>Label of each tile's image, null without one.</summary>
    public IReadOnlyList<string?> Labels { get; }

    /// <summary>Side of each tile's image.</summary>
    public IReadOnlyList<Split> Splits { get; }

    /// <summary>Images that could not be read or decoded.</summary>
    public IReadOnlyList<SkippedImage> Skipped { get; }

    /// <summary>
    /// Decodes images on all cores, keeping their order; those that cannot be read or decoded are skipped and listed.
    /// A cache that holds the same images under the same preprocessing and limits is taken as it is; any other one is replaced.
    /// </summary>
    /// <param name="sources">The images. Enumerated once, or twice where a cache exists that does not fit.</param>
    /// <param name="preprocessing">Size of the tiles and how the square is made.</param>
    /// <param name="limits">What an image may measure.</param>
    /// <param name="cachePath">File for the tiles, written aside and renamed; null for a temporary one that needs no removal.</param>
    /// <param name="decoded">Called after each image with how many are done, skipped ones included.</param>
    /// <param name="cancellationToken">Stops decoding; nothing is left behind.</param>
    public static TileSet Decode(
        IEnumerable<TileSource> sources,
        Preprocessing preprocessing,
        ImageLimits limits,
        string? cachePath,
        Action<int>? decoded,
        CancellationToken cancellationToken)
    {
        preprocessing.Validate();
        var decoding = new TileDecoding(sources, preprocessing, limits, decoded);
        return (cachePath is null ? null : decoding.FromCache(cachePath, cancellationToken)) ?? decoding.Run(cachePath, cancellationToken);
    }

    /// <summary>Tile <paramref name="index"/>: <c>[3, S, S]</c>, uint8.</summary>
    public ReadOnlySpan<byte> Tile(int index)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _file.Tile(_rows is null ? index : _rows[index]);
    }

    /// <summary>The tiles of these rows, in this order, over the same file. Both sets are to be disposed, in any order.</summary>
    public TileSet Subset(IReadOnlyList<int> rows)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var images = rows.Select(row => new TileIdentity(Ids[row], Labels[row], Splits[row])).ToArray();
        return new TileSet(_file.Share(), rows.Select(row => _rows is null ? row : _rows[row]).ToArray(), Preprocessing, images, Skipped);
    }

    /// <summary>The rows of each side, ascending.</summary>
    public (IReadOnlyList<int> Train, IReadOnlyList<int> Test) SplitRows()
    {
        var sides = Enumerable.Range(0, Count).ToLookup(row => Splits[row]);
        return (sides[Split.Train].ToArray(), sides[Split.Test].ToArray());
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _file.Release();
    }
}
