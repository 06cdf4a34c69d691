using System.Formats.Tar;
using System.IO.Compression;

namespace Perennial.Core.Corpus;

/// <summary>The regular files of a tar archive, plain or gzipped; links and devices are passed over.</summary>
internal sealed class TarEntries(string path, bool gzipped) : IDatasetEntries
{
    public bool CheapNames => !gzipped;

    public IEnumerable<DatasetEntry> Enumerate()
    {
        using var file = File.OpenRead(path);
        using var plain = gzipped ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var tar = new TarReader(plain);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile)) continue;
            if (DatasetName.Of(entry.Name) is { } name) yield return new DatasetEntry(name, () => entry.DataStream ?? Stream.Null);
        }
    }
}
