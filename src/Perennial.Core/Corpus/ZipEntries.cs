using System.IO.Compression;

namespace Perennial.Core.Corpus;

/// <summary>The regular files of a zip archive; links are passed over.</summary>
internal sealed class ZipEntries(string path) : IDatasetEntries
{
    // Unix mode in the upper half of the attributes: type of file, and the type "symbolic link".
    private const int TypeMask = 0xF000;
    private const int Link = 0xA000;

    public bool CheapNames => true;

    public IEnumerable<DatasetEntry> Enumerate()
    {
        using var zip = ZipFile.OpenRead(path);
        foreach (var entry in zip.Entries)
        {
            if (((entry.ExternalAttributes >> 16) & TypeMask) == Link) continue;
            if (DatasetName.Of(entry.FullName) is { } name) yield return new DatasetEntry(name, entry.Open);
        }
    }
}
