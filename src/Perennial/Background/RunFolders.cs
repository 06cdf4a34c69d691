namespace Perennial.Background;

/// <summary>Where the files of runs lie: <c>runs/&lt;id&gt;/</c> in the data directory.</summary>
internal sealed class RunFolders(string dataDirectory)
{
    public string DataDirectory { get; } = dataDirectory;

    /// <summary>A run's folder, created when absent. Ids come from the catalogue, never from a caller.</summary>
    public string Of(string id) => Directory.CreateDirectory(PathOf(id)).FullName;

    /// <summary>Where a run's folder is or would be.</summary>
    public string PathOf(string id) => Path.Combine(DataDirectory, "runs", id);

    public string Request(string id) => Path.Combine(Of(id), "request.json");

    public string Snapshot(string id) => Path.Combine(Of(id), "snapshot.tsv");

    /// <summary>What the learner wrote to its error stream.</summary>
    public string LearnerLog(string id) => Path.Combine(Of(id), "learner.log");

    /// <summary>The decoded images that a run trains on; may be removed at any time.</summary>
    public string TileCache(string id, int size) => Path.Combine(Directory.CreateDirectory(CacheFolder).FullName, $"{id}-{size}.tiles");

    /// <summary>Removes what is only of use while a run is at work: checkpoints and decoded images. Recipe, logs and events stay.</summary>
    public void Clear(string id)
    {
        string checkpoints = Path.Combine(PathOf(id), "checkpoints");
        if (Directory.Exists(checkpoints)) Directory.Delete(checkpoints, recursive: true);
        if (!Directory.Exists(CacheFolder)) return;
        foreach (string tiles in Directory.EnumerateFiles(CacheFolder, $"{id}-*.tiles")) File.Delete(tiles);
    }

    private string CacheFolder => Path.Combine(DataDirectory, "cache");

    /// <summary>Held by the learner at work, so that no second one works on the same run.</summary>
    public string Lock(string id) => Path.Combine(Of(id), "learner.lock");

    /// <summary>Its presence says that the operator wants the run to end: written before the call that asked for it is answered.</summary>
    public string CancelMark(string id) => Path.Combine(Of(id), "cancelled");
}
