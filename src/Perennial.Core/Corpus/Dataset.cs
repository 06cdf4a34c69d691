namespace Perennial.Core.Corpus;

/// <summary>
/// Images in a folder or an archive (<c>.tar</c>, <c>.tar.gz</c>, <c>.tgz</c>, <c>.zip</c>), or a single image file. Class folders become labels;
/// train, test and val folders above them become splits; folders around everything are passed over, and so are hidden files and links.
/// Nothing is unpacked to the disk, and one image at a time is in memory.
/// </summary>
public static class Dataset
{
    /// <summary>Most bytes of one image file.</summary>
    public const int LargestEntry = 64 << 20;

    private const string Kinds = "a folder, a .tar, .tar.gz, .tgz or .zip archive, or an image file";

    /// <summary>Reads all images, in a stable order.</summary>
    /// <exception cref="DatasetException">The path is missing, of an unknown kind, without images, or damaged.</exception>
    public static IEnumerable<DatasetImage> Read(string path, CancellationToken cancellationToken) => Read(path, null, cancellationToken);

    /// <summary>Reads all images, in a stable order, and says which entries were passed over because of their size or because they cannot be read.</summary>
    /// <exception cref="DatasetException">The path is missing, of an unknown kind, without images, or damaged.</exception>
    public static IEnumerable<DatasetImage> Read(string path, Action<SkippedImage>? skipped, CancellationToken cancellationToken) =>
        Explained(path, Read(path, Open(path), skipped, cancellationToken));

    /// <summary>How many images <see cref="Read(string, CancellationToken)"/> will look at; null where only reading all would tell (gzipped archives).</summary>
    /// <exception cref="DatasetException">The path is missing, of an unknown kind, or damaged.</exception>
    public static long? CountHint(string path)
    {
        var entries = Open(path);
        return entries.CheapNames ? Explained(path, entries.Enumerate()).LongCount() : null;
    }

    private static IDatasetEntries Open(string path)
    {
        bool EndsWith(string ending) => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase);
        if (Directory.Exists(path)) return new FolderEntries(path);
        if (!File.Exists(path)) throw new DatasetException($"There is nothing at {path}. Give {Kinds}.");
        if (EndsWith(".tar")) return new TarEntries(path, gzipped: false);
        if (EndsWith(".tar.gz") || EndsWith(".tgz")) return new TarEntries(path, gzipped: true);
        if (EndsWith(".zip")) return new ZipEntries(path);
        if (DatasetName.IsImage(path)) return new FolderEntries(path);
        throw new DatasetException($"{path} is of no known kind. Give {Kinds}.");
    }

    private static IEnumerable<DatasetImage> Read(string path, IDatasetEntries entries, Action<SkippedImage>? skipped, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        foreach (var entry in entries.Enumerate())
        {
            cancellationToken.ThrowIfCancellationRequested();
            names.Add(entry.Name);
        }

        if (names.Count == 0) throw new DatasetException($"{path} holds no images. Files count by their names: .jpg, .png, .webp, .gif, .tif and the like.");
        var layout = DatasetLayout.Of(names);
        names.Clear();
        foreach (var entry in entries.Enumerate())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var bytes = ReadWhole(entry, skipped);
            if (bytes is null) continue;
            var (label, split) = layout.Describe(entry.Name);
            yield return new DatasetImage(entry.Name, label, split, bytes);
        }
    }

    // The declared length of an entry is not believed: reading stops at the bound.
    private static byte[]? ReadWhole(DatasetEntry entry, Action<SkippedImage>? skipped)
    {
        try
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            var buffer = new byte[81_920];
            for (int read; (read = stream.Read(buffer)) > 0;)
            {
                if (content.Length + read > LargestEntry)
                {
                    skipped?.Invoke(new SkippedImage(entry.Name, $"The file has more than {LargestEntry} bytes."));
                    return null;
                }

                content.Write(buffer, 0, read);
            }

            return content.ToArray();
        }
        catch (UnauthorizedAccessException)
        {
            skipped?.Invoke(new SkippedImage(entry.Name, "The file may not be read."));
            return null;
        }
    }

    // A generator cannot catch around its own yield, so another one does.
    private static IEnumerable<T> Explained<T>(string path, IEnumerable<T> items)
    {
        using var enumerator = items.GetEnumerator();
        while (true)
        {
            T item;
            try
            {
                if (!enumerator.MoveNext()) yield break;
                item = enumerator.Current;
            }
            catch (Exception exception) when (exception is InvalidDataException or FormatException or IOException or UnauthorizedAccessException or NotSupportedException)
            {
                throw new DatasetException($"{path} cannot be read to its end: {exception.Message}", exception);
            }

            yield return item;
        }
    }
}
