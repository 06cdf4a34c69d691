using Perennial.Core.Generations;

namespace Perennial.Background;

/// <summary>Which generation a run has made: the manifest says so, and is there or not, whatever else a crash has left undone.</summary>
internal static class RunGenerations
{
    /// <summary>Null while there is none.</summary>
    public static GenerationFolder? MadeBy(this GenerationStore store, string run) => store.List().LastOrDefault(folder => folder.Manifest.Run == run);
}
