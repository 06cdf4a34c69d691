using System.Globalization;
using Perennial.Core.Durability;

namespace Perennial.Core.Corpus;

/// <summary>
/// The encoded images as they were received: <c>corpus/ab/cdef...</c>, two and sixty-two digits of the id. A file is written aside, flushed,
/// renamed into place, and its directory flushed: under its name it is whole or absent.
/// </summary>
internal sealed class Originals
{
    private readonly string _aside;

    public Originals(string dataDirectory)
    {
        Root = Path.Combine(dataDirectory, "corpus");
        _aside = Path.Combine(Root, ".aside");
        Directory.CreateDirectory(_aside);
        foreach (var prefix in Prefixes) Directory.CreateDirectory(Path.Combine(Root, prefix));
        DurableFiles.FlushDirectory(Root);
    }

    /// <summary>The folders, 00 to ff.</summary>
    public static IReadOnlyList<string> Prefixes { get; } = [.. Enumerable.Range(0, 256).Select(number => number.ToString("x2", CultureInfo.InvariantCulture))];

    public string Root { get; }

    /// <summary>Where the original of a valid id lies, whether or not it exists.</summary>
    public string PathOf(string id) => Path.Combine(Root, id[..2], id[2..]);

    public bool Exists(string id) => File.Exists(PathOf(id));

    public byte[]? Read(string id)
    {
        try
        {
            return File.ReadAllBytes(PathOf(id));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Writes one original under its name. Its name is durable after <see cref="FlushNames"/>.</summary>
    public void Write(string id, ReadOnlySpan<byte> bytes)
    {
        var aside = Path.Combine(_aside, Guid.NewGuid().ToString("N"));
        try
        {
            DurableFiles.Write(aside, bytes);
            File.Move(aside, PathOf(id), overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    /// <summary>Makes the names of written originals durable, each directory once.</summary>
    public void FlushNames(IEnumerable<string> ids)
    {
        var directories = ids.Select(id => id[..2]).Distinct().Select(name => Path.Combine(Root, name));
        Parallel.ForEach(directories, DurableFiles.FlushDirectory);
    }

    public void Delete(string id) => File.Delete(PathOf(id));

    /// <summary>Ids of the originals in one folder, in no order.</summary>
    public IEnumerable<string> Enumerate(string prefix) =>
        Directory.EnumerateFiles(Path.Combine(Root, prefix)).Select(file => prefix + Path.GetFileName(file)).Where(ImageId.IsValid);

    /// <summary>Removes what was being written when a process died. Only for one who has the data directory alone.</summary>
    public int RemoveAside()
    {
        var removed = 0;
        foreach (var file in Directory.EnumerateFiles(_aside))
        {
            File.Delete(file);
            removed++;
        }

        return removed;
    }
}
