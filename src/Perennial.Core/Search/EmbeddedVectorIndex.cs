using Perennial.Core.Durability;

namespace Perennial.Core.Search;

/// <summary>
/// Exact cosine search in the process: a folder for each encoder digest with memory-mapped float32 rows, int8 codes that spare most of the reading, and a journal.
/// Durable when a write returns, whole after a crash at any moment, compacted by itself when more than half is dead.
/// </summary>
/// <param name="directory"><c>data/index</c>; created when absent. One process at a time may have a collection open.</param>
/// <param name="options">How it scans; null for the defaults.</param>
public sealed class EmbeddedVectorIndex(string directory, EmbeddedIndexOptions? options = null) : IVectorIndex
{
    private const string DigestPrefix = "sha256:";
    private const string DroppedPrefix = ".dropped-";

    private readonly string _directory = Prepare(directory);
    private readonly EmbeddedIndexOptions _options = options ?? new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Dictionary<string, Opened> _open = [];

    public async Task<IVectorCollection> OpenAsync(string digest, int dimensions, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        string folder = FolderOf(digest);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_open.TryGetValue(digest, out Opened? opened))
            {
                EmbeddedCollection collection = await Task.Run(() => EmbeddedCollection.Open(folder, new CollectionHeader(digest, dimensions), _options), CancellationToken.None).ConfigureAwait(false);
                _open.Add(digest, opened = new Opened(collection));
            }
            if (opened.Collection.Dimensions != dimensions)
                throw new DimensionMismatchException($"The collection {digest} has {opened.Collection.Dimensions} dimensions; {dimensions} were asked for.", opened.Collection.Dimensions, dimensions);
            opened.Handles++;
            return new CollectionHandle(opened.Collection, () => CloseAsync(digest, opened));
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task DropAsync(string digest, CancellationToken cancellationToken)
    {
        string folder = FolderOf(digest);
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_open.Remove(digest, out Opened? opened))
                await opened.Collection.CloseAsync().ConfigureAwait(false);
            if (Directory.Exists(folder))
                await Task.Run(() => Remove(folder), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<string>>([.. Directory.EnumerateDirectories(_directory)
            .Where(folder => IsHex(Path.GetFileName(folder)) && SegmentFiles.In(folder) is not null)
            .Select(folder => DigestPrefix + Path.GetFileName(folder)).Order(StringComparer.Ordinal)]);
    }

    private async Task CloseAsync(string digest, Opened opened)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (--opened.Handles > 0 || _open.GetValueOrDefault(digest) != opened)
                return; // others hold it, or it was dropped and is closed already
            _open.Remove(digest);
            await opened.Collection.CloseAsync().ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Out of sight in one rename; a crash while the files are deleted leaves what the next start sweeps away.</summary>
    private void Remove(string folder)
    {
        EmbeddedCollection.LockFolder(folder).Dispose();
        string dropped = Path.Combine(_directory, DroppedPrefix + Guid.NewGuid().ToString("N"));
        Directory.Move(folder, dropped);
        DurableFiles.FlushDirectory(_directory);
        Sweep(dropped);
    }

    private static void Sweep(string dropped)
    {
        try
        {
            Directory.Delete(dropped, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // another process swept it
        }
    }

    private string FolderOf(string digest) => digest.StartsWith(DigestPrefix, StringComparison.Ordinal) && IsHex(digest[DigestPrefix.Length..])
        ? Path.Combine(_directory, digest[DigestPrefix.Length..])
        : throw new ArgumentException($"'{digest}' is not an encoder digest: {DigestPrefix} and up to 64 lower-case hexadecimal digits.", nameof(digest));

    private static bool IsHex(string name) => name.Length is > 0 and <= 64 && name.All(char.IsAsciiHexDigitLower);

    private static string Prepare(string directory)
    {
        string full = Path.GetFullPath(directory);
        Directory.CreateDirectory(full);
        foreach (string dropped in Directory.GetDirectories(full, DroppedPrefix + "*"))
            Sweep(dropped);
        return full;
    }

    private sealed class Opened(EmbeddedCollection collection)
    {
        public EmbeddedCollection Collection { get; } = collection;

        public int Handles { get; set; }
    }
}
