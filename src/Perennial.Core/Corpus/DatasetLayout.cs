namespace Perennial.Core.Corpus;

/// <summary>
/// How the folders of a dataset are to be read: folders around everything are taken off, then come split folders if all folders at that level
/// are called like splits, then class folders. One look at all names decides, so that the order of an archive does not matter.
/// </summary>
internal sealed class DatasetLayout
{
    private static readonly Dictionary<string, Split> SplitNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = Split.Train,
        ["training"] = Split.Train,
        ["test"] = Split.Test,
        ["testing"] = Split.Test,
        ["val"] = Split.Test,
        ["valid"] = Split.Test,
        ["validation"] = Split.Test,
    };

    private readonly int _wrappers;
    private readonly bool _splits;

    private DatasetLayout(int wrappers, bool splits)
    {
        _wrappers = wrappers;
        _splits = splits;
    }

    /// <summary>Reads the layout off the names of all images.</summary>
    public static DatasetLayout Of(IEnumerable<string> names)
    {
        var folders = names.Select(name => name[..(name.LastIndexOf('/') + 1)]).Distinct(StringComparer.Ordinal).Select(Folders).ToList();
        var wrappers = 0;
        while (IsWrapper(folders, wrappers)) wrappers++;
        return new DatasetLayout(wrappers, AreSplits(folders, wrappers));
    }

    /// <summary>Label and side of the image of this name.</summary>
    public (string? Label, Split? Split) Describe(string name)
    {
        var folders = Folders(name[..(name.LastIndexOf('/') + 1)]);
        var at = _wrappers;
        Split? split = null;
        if (_splits && at < folders.Length) split = SplitNames[folders[at++]];
        return (at < folders.Length ? folders[at] : null, split);
    }

    private static string[] Folders(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    // One folder around everything, with no image directly in it (or it would be a class), or around splits.
    private static bool IsWrapper(List<string[]> folders, int level) =>
        folders.All(folder => folder.Length > level && folder[level] == folders[0][level])
        && !SplitNames.ContainsKey(folders[0][level])
        && (folders.All(folder => folder.Length > level + 1) || AreSplits(folders, level + 1));

    private static bool AreSplits(List<string[]> folders, int level)
    {
        var deeper = folders.Where(folder => folder.Length > level).ToList();
        return deeper.Count > 0 && deeper.All(folder => SplitNames.ContainsKey(folder[level]));
    }
}
