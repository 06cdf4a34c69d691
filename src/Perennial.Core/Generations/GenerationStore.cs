using System.Globalization;

namespace Perennial.Core.Generations;

/// <summary>The generations of one data directory: <c>models/gen-000001</c>, <c>gen-000002</c>, ... Safe for several processes at once.</summary>
public sealed class GenerationStore
{
    private const string Prefix = "gen-";
    private const string DraftPrefix = ".draft-";

    /// <param name="modelsDirectory">Created when absent.</param>
    public GenerationStore(string modelsDirectory)
    {
        Directory = Path.GetFullPath(modelsDirectory);
        System.IO.Directory.CreateDirectory(Directory);
    }

    /// <summary>Full path of the folder that holds the generations.</summary>
    public string Directory { get; }

    /// <summary>The readable generations by number; damaged ones are left out and named by <see cref="ListDamaged"/>.</summary>
    public IReadOnlyList<GenerationFolder> List() =>
        [.. Numbers().Order().Select(TryOpen).Where(opened => opened.Folder is not null).Select(opened => opened.Folder!)];

    /// <summary>Why each generation that <see cref="List"/> leaves out cannot be used.</summary>
    public IReadOnlyList<GenerationException> ListDamaged() =>
        [.. Numbers().Order().Select(TryOpen).Where(opened => opened.Fault is not null).Select(opened => opened.Fault!)];

    /// <summary>A generation by number, or null when there is none.</summary>
    /// <exception cref="GenerationException">It is there but damaged.</exception>
    public GenerationFolder? Find(int number) => System.IO.Directory.Exists(FolderOf(number)) ? OpenNumbered(number) : null;

    /// <summary>Starts a generation in a hidden folder of its own.</summary>
    public GenerationDraft Begin()
    {
        while (true)
        {
            string path = Path.Combine(Directory, DraftPrefix + Guid.NewGuid().ToString("N"));
            if (DraftLock.TryTake(path) is { } draftLock)
                return new GenerationDraft(this, path, draftLock);
        }
    }

    /// <summary>Removes what writers that died left behind; drafts of living processes stay. To be called at start.</summary>
    public void RemoveStaleDrafts()
    {
        foreach (string path in System.IO.Directory.GetDirectories(Directory, DraftPrefix + "*"))
        {
            using DraftLock? draftLock = DraftLock.TryTake(path);
            if (draftLock is not null)
                System.IO.Directory.Delete(path, recursive: true);
        }
        foreach (string path in System.IO.Directory.GetFiles(Directory, DraftPrefix + "*.lock"))
            DraftLock.TryTake(path[..^".lock".Length])?.Dispose();
    }

    /// <summary>Copies a generation from elsewhere (the starter) under the next number. Its parent, a number of another store, is dropped.</summary>
    /// <exception cref="GenerationException">The folder is damaged or is not a generation.</exception>
    public GenerationFolder Import(string folder)
    {
        GenerationFolder source = GenerationFolder.Open(folder);
        source.Verify();
        using GenerationDraft draft = Begin();
        foreach (string name in source.Manifest.Files.Keys)
            File.Copy(source.File(name), Path.Combine(draft.Path, name));
        return draft.Commit((number, files) => source.Manifest with { Number = number, Files = files, Parent = null });
    }

    internal string FolderOf(int number) => Path.Combine(Directory, Prefix + number.ToString("D6", CultureInfo.InvariantCulture));

    internal int NextNumber() => Numbers().DefaultIfEmpty(0).Max() + 1;

    private IEnumerable<int> Numbers() =>
        from path in System.IO.Directory.EnumerateDirectories(Directory, Prefix + "*")
        let digits = Path.GetFileName(path)[Prefix.Length..]
        let number = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int parsed) ? parsed : 0
        where number > 0 && FolderOf(number) == path
        select number;

    private GenerationFolder OpenNumbered(int number)
    {
        GenerationFolder folder = GenerationFolder.Open(FolderOf(number));
        return folder.Number == number ? folder
            : throw new GenerationException($"{folder.Path} holds the manifest of generation {folder.Number}.");
    }

    private (GenerationFolder? Folder, GenerationException? Fault) TryOpen(int number)
    {
        try
        {
            return (OpenNumbered(number), null);
        }
        catch (GenerationException fault)
        {
            return (null, fault);
        }
    }
}
