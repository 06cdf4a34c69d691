namespace Perennial.Core.Corpus;

/// <summary>A folder with all below it, or a single file; symbolic links below it are not followed.</summary>
internal sealed class FolderEntries(string path) : IDatasetEntries
{
    private static readonly EnumerationOptions Below = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden | FileAttributes.System,
    };

    public bool CheapNames => true;

    public IEnumerable<DatasetEntry> Enumerate()
    {
        var single = File.Exists(path);
        return from file in single ? [path] : Directory.EnumerateFiles(path, "*", Below).Order(StringComparer.Ordinal).ToArray()
               let name = DatasetName.Of(single ? Path.GetFileName(file) : Path.GetRelativePath(path, file))
               where name is not null
               select new DatasetEntry(name, () => File.OpenRead(file));
    }
}
