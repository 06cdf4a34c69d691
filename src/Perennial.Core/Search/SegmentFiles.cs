using System.Globalization;
using Perennial.Core.Durability;

namespace Perennial.Core.Search;

/// <summary>The files of a segment. The highest numbered journal of a folder is the collection; whatever else lies there was left by a crash.</summary>
internal sealed record SegmentFiles(string Directory, int Number)
{
    private const string JournalPrefix = "journal-";
    private const string JournalSuffix = ".log";

    public string Journal => Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"{JournalPrefix}{Number:D6}{JournalSuffix}"));

    /// <summary>Where the journal is written before <see cref="Publish"/>.</summary>
    public string JournalAside => Journal + ".tmp";

    public string Vectors => Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"vectors-{Number:D6}.f32"));

    /// <summary>Int8 codes; may be deleted at any time.</summary>
    public string Codes => Path.Combine(Directory, string.Create(CultureInfo.InvariantCulture, $"codes-{Number:D6}.i8"));

    public SegmentFiles Next => this with { Number = Number + 1 };

    /// <summary>The collection's files, or null when the folder holds no collection.</summary>
    public static SegmentFiles? In(string directory) => System.IO.Directory.EnumerateFiles(directory, JournalPrefix + "*" + JournalSuffix)
        .Select(path => Path.GetFileName(path)[JournalPrefix.Length..^JournalSuffix.Length])
        .Select(digits => int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? new SegmentFiles(directory, number) : null)
        .MaxBy(files => files?.Number);

    /// <summary>Renames the flushed journal into place: from here on this segment is the collection.</summary>
    public void Publish()
    {
        DurableFiles.FlushDirectory(Directory);
        File.Move(JournalAside, Journal);
        DurableFiles.FlushDirectory(Directory);
    }

    /// <summary>Unlinks the files; what is mapped stays readable.</summary>
    public void Delete()
    {
        File.Delete(Journal);
        File.Delete(JournalAside);
        File.Delete(Vectors);
        File.Delete(Codes);
    }

    /// <summary>Removes older segments and half-written newer ones.</summary>
    public void DeleteOthers()
    {
        string[] prefixes = [JournalPrefix, "vectors-", "codes-"];
        foreach (string path in prefixes.SelectMany(prefix => System.IO.Directory.GetFiles(Directory, prefix + "*")))
        {
            if (path != Journal && path != Vectors && path != Codes)
                File.Delete(path);
        }
    }
}
