using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Perennial.Core.Durability;
using Perennial.Core.Images;

namespace Perennial.Core.Corpus;

/// <summary>Fills a <see cref="TileFile"/>: images are decoded on all cores, a bounded number at a time, and written in their order.</summary>
internal sealed class TileDecoding(IEnumerable<TileSource> sources, Preprocessing preprocessing, ImageLimits limits, Action<int>? decoded)
{
    private const int InFlightPerCore = 16;
    private const string Aside = ".aside-";

    private readonly int _tileBytes = preprocessing.TileBytes;

    /// <summary>The cached tiles of exactly these sources, or null.</summary>
    public TileSet? FromCache(string cachePath, CancellationToken cancellationToken)
    {
        if (!File.Exists(cachePath)) return null;
        var images = new List<TileIdentity>();
        using var key = BeginKey();
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            images.Add(Note(key, source));
        }

        using var handle = File.OpenHandle(cachePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var file = TileFile.TryMap(handle, _tileBytes, key.GetCurrentHash());
        return file is null ? null : Assemble(file, images);
    }

    /// <summary>Decodes all.</summary>
    public TileSet Run(string? cachePath, CancellationToken cancellationToken)
    {
        if (cachePath is not null) RemoveStale(cachePath);
        var aside = cachePath is null ? Path.Combine(Path.GetTempPath(), $"perennial-tiles-{Guid.NewGuid():N}") : $"{cachePath}{Aside}{Guid.NewGuid():N}";
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(aside))!);
        using var handle = File.OpenHandle(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            var images = new List<TileIdentity>();
            var skips = new List<TileFile.Skip>();
            var key = DecodeInto(handle, images, skips, cancellationToken);
            TileFile.Seal(handle, _tileBytes, images.Count - skips.Count, key, skips);
            var tiles = Assemble(TileFile.TryMap(handle, _tileBytes, key)!, images);
            if (cachePath is not null)
            {
                File.Move(aside, cachePath, overwrite: true);
                DurableFiles.FlushDirectory(Path.GetDirectoryName(Path.GetFullPath(cachePath))!);
            }

            return tiles;
        }
        finally
        {
            File.Delete(aside); // renamed away by now, or temporary: a mapped file lives on without its name
        }
    }

    private byte[] DecodeInto(SafeFileHandle handle, List<TileIdentity> images, List<TileFile.Skip> skips, CancellationToken cancellationToken)
    {
        using var key = BeginKey();
        var done = 0;
        var inFlight = new Queue<Task<(byte[] Tile, string? Problem)>>();
        foreach (var source in sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            images.Add(Note(key, source));
            inFlight.Enqueue(Task.Run(() => DecodeOne(source), cancellationToken));
            if (inFlight.Count > InFlightPerCore * Environment.ProcessorCount) WriteOldest();
        }

        while (inFlight.Count > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            WriteOldest();
        }

        return key.GetCurrentHash();

        void WriteOldest()
        {
            var (tile, problem) = inFlight.Dequeue().GetAwaiter().GetResult();
            if (problem is null) RandomAccess.Write(handle, tile.AsSpan(0, _tileBytes), TileFile.OffsetOf(done - skips.Count, _tileBytes));
            else skips.Add(new TileFile.Skip(done, problem));
            ArrayPool<byte>.Shared.Return(tile);
            done++;
            decoded?.Invoke(done);
        }
    }

    private (byte[] Tile, string? Problem) DecodeOne(TileSource source)
    {
        var tile = ArrayPool<byte>.Shared.Rent(_tileBytes);
        try
        {
            ImageDecoder.DecodeTile(source.Read(), preprocessing, limits, tile.AsSpan(0, _tileBytes));
            return (tile, null);
        }
        catch (InvalidImageException exception)
        {
            return (tile, exception.Message);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return (tile, "The image is no longer there.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return (tile, "The image cannot be read: " + exception.Message);
        }
    }

    // What the tiles depend on: their ids, and how they are made. Mean and std do not touch tiles, labels and splits come from the sources.
    private IncrementalHash BeginKey()
    {
        var key = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        key.AppendData(Encoding.UTF8.GetBytes(
            $"{ImageDecoder.Version}\n{preprocessing.Size} {preprocessing.Resize}\n{limits.MaxBytes} {limits.MaxPixels} {limits.MaxSide}\n"));
        return key;
    }

    private static TileIdentity Note(IncrementalHash key, TileSource source)
    {
        key.AppendData(Encoding.UTF8.GetBytes(source.Id + "\n"));
        return new TileIdentity(source.Id, source.Label, source.Split);
    }

    private TileSet Assemble(TileFile file, List<TileIdentity> images)
    {
        var skipped = file.Skipped.Select(skip => new SkippedImage(images[skip.Position].Id, skip.Reason)).ToArray();
        var positions = file.Skipped.Select(skip => skip.Position).ToHashSet();
        return new TileSet(file, null, preprocessing, images.Where((_, position) => !positions.Contains(position)).ToArray(), skipped);
    }

    // What a process that died has left: a file that nobody has open.
    private static void RemoveStale(string cachePath)
    {
        var directory = Path.GetDirectoryName(Path.GetFullPath(cachePath))!;
        if (!Directory.Exists(directory)) return;
        foreach (var stale in Directory.EnumerateFiles(directory, Path.GetFileName(cachePath) + Aside + "*"))
        {
            try
            {
                File.OpenHandle(stale, FileMode.Open, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose).Dispose();
            }
            catch (IOException)
            {
                // another process is writing it
            }
        }
    }
}
