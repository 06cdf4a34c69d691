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
    }

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
            var path = PathOf(id);
            var directory = Path.GetDirectoryName(path)!;
            if (!Directory.Exists(directory))
            {
                Directory.CreateDirectory(directory);
                DurableFiles.FlushDirectory(Root);
            }

            File.Move(aside, path, overwrite: true);
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

    /// <summary>Ids of all originals on the disk, in no order.</summary>
    public IEnumerable<string> Enumerate() =>
        from directory in Directory.EnumerateDirectories(Root)
        let prefix = Path.GetFileName(directory)
        where prefix.Length == 2
        from file in Directory.EnumerateFiles(directory)
        let id = prefix + Path.GetFileName(file)
        where ImageId.IsValid(id)
        select id;

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
