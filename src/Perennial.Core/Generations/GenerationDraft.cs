using System.Text.Json;
using Perennial.Core.Durability;

namespace Perennial.Core.Generations;

/// <summary>
/// A generation being written: a hidden folder beside the committed ones. <see cref="Commit"/> makes it visible in one rename;
/// a draft disposed before that leaves nothing behind, and one whose process died is removed by <see cref="GenerationStore.RemoveStaleDrafts"/>.
/// </summary>
public sealed class GenerationDraft : IDisposable
{
    private readonly GenerationStore _store;
    private readonly DraftLock _lock;
    private bool _committed;

    internal GenerationDraft(GenerationStore store, string path, DraftLock draftLock)
    {
        (_store, Path, _lock) = (store, path, draftLock);
        Directory.CreateDirectory(path);
    }

    /// <summary>Where the files are to be written.</summary>
    public string Path { get; }

    /// <summary>Flushes and digests the files, gives the draft the next free number and renames it into place.</summary>
    /// <param name="manifest">Makes the manifest from the number and the files' digests (name to SHA-256); called again with another number if somebody else took the first.</param>
    /// <exception cref="GenerationException">The draft lacks its encoder, holds something that is not a plain file, or the manifest contradicts it.</exception>
    public GenerationFolder Commit(Func<int, IReadOnlyDictionary<string, string>, GenerationManifest> manifest)
    {
        ObjectDisposedException.ThrowIf(_committed, this);
        Dictionary<string, string> files = DigestFiles();
        while (true)
        {
            int number = _store.NextNumber();
            WriteManifest(Checked(manifest(number, files), number, files));
            string target = _store.FolderOf(number);
            try
            {
                Directory.Move(Path, target);
            }
            catch (IOException) when (Directory.Exists(target) && Directory.Exists(Path))
            {
                continue; // another commit took the number: take the next
            }
            _committed = true;
            DurableFiles.FlushDirectory(_store.Directory);
            _lock.Dispose();
            return GenerationFolder.Open(target);
        }
    }

    public void Dispose()
    {
        if (!_committed && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    private Dictionary<string, string> DigestFiles()
    {
        Dictionary<string, string> files = new(StringComparer.Ordinal);
        foreach (FileSystemInfo entry in new DirectoryInfo(Path).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            if (entry.Name == GenerationFiles.Manifest)
                continue;
            if (entry is not FileInfo || entry.LinkTarget is not null || !ManifestReader.IsFileName(entry.Name))
                throw new GenerationException($"The draft holds '{entry.Name}'; a generation holds plain files only.");
            DurableFiles.FlushFile(entry.FullName);
            files.Add(entry.Name, DurableFiles.Sha256(entry.FullName));
        }
        if (!files.ContainsKey(GenerationFiles.Encoder))
            throw new GenerationException($"The draft has no {GenerationFiles.Encoder}.");
        return files;
    }

    private static GenerationManifest Checked(GenerationManifest manifest, int number, Dictionary<string, string> files)
    {
        string? fault = manifest.Number != number ? $"its number is {manifest.Number}, not {number}"
            : manifest.Format != GenerationManifest.CurrentFormat ? $"its format is {manifest.Format}, not {GenerationManifest.CurrentFormat}"
            : !SameFiles(files, manifest.Files) ? "its files are not those of the draft"
            : ManifestReader.Fault(manifest);
        return fault is null ? manifest : throw new GenerationException($"The manifest of generation {number} is refused: {fault}.");
    }

    private static bool SameFiles(Dictionary<string, string> written, IReadOnlyDictionary<string, string> listed) =>
        written.Count == listed.Count && written.All(file => listed.TryGetValue(file.Key, out string? digest) && digest == file.Value);

    private void WriteManifest(GenerationManifest manifest)
    {
        DurableFiles.Write(System.IO.Path.Combine(Path, GenerationFiles.Manifest), JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.GenerationManifest));
        DurableFiles.FlushDirectory(Path);
    }
}
