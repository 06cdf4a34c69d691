using Perennial.Background;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;

namespace Perennial.Learner;

/// <summary>What the run behind a generation's encoder left: which images it learned from, and the heads of its method.</summary>
/// <param name="Ids">Images that the encoder has learned from; null where nothing is known of them.</param>
/// <param name="Heads">Path of its <c>heads.safetensors</c>, or null.</param>
internal sealed record Ancestry(IReadOnlySet<string>? Ids, string? Heads)
{
    /// <summary>
    /// A generation that brought a classifier alone has the encoder of an earlier one: the first of the same digest is the one that was trained. A
    /// generation that no run of this data directory made, as the starter, has learned from none of its images.
    /// </summary>
    public static Ancestry Of(GenerationFolder parent, GenerationStore store, RunFolders folders)
    {
        GenerationFolder trained = store.List().Where(folder => folder.Manifest.Digest == parent.Manifest.Digest).MinBy(folder => folder.Number) ?? parent;
        if (trained.Manifest.Run is not { } run || !Directory.Exists(folders.PathOf(run))) return new Ancestry(null, null);
        string heads = Path.Combine(folders.PathOf(run), "heads.safetensors");
        return new Ancestry(IdsOf(folders.Snapshot(run)), File.Exists(heads) ? heads : null);
    }

    private static HashSet<string>? IdsOf(string path)
    {
        try
        {
            return [.. CorpusSnapshot.Read(path).Entries.Select(entry => entry.Id)];
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException)
        {
            return null; // removed or damaged: all images are alike then, which is only slower
        }
    }
}
