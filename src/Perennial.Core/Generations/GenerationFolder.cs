using Perennial.Core.Durability;

namespace Perennial.Core.Generations;

/// <summary>A committed generation: an immutable folder whose manifest has been read and checked.</summary>
public sealed class GenerationFolder
{
    private GenerationFolder(string path, GenerationManifest manifest) => (Path, Manifest) = (path, manifest);

    public int Number => Manifest.Number;

    /// <summary>Full path of the folder.</summary>
    public string Path { get; }

    public GenerationManifest Manifest { get; }

    /// <summary>Reads and checks the manifest of a folder anywhere and that every listed file is there; digests are left to <see cref="Verify"/>.</summary>
    /// <exception cref="GenerationException">The folder is not a generation, or is a hostile one.</exception>
    public static GenerationFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        GenerationFolder folder = new(full, ManifestReader.Read(full));
        foreach (string name in folder.Manifest.Files.Keys)
        {
            FileInfo file = new(System.IO.Path.Combine(full, name));
            if (!file.Exists)
                throw new GenerationException($"{full} lacks {name}, which its manifest lists.");
            if (file.LinkTarget is not null)
                throw new GenerationException($"{name} in {full} is a link; a generation holds its own files.");
        }
        return folder;
    }

    /// <summary>Whether the manifest lists this file.</summary>
    public bool Has(string name) => Manifest.Files.ContainsKey(name);

    /// <summary>Full path of one of the <see cref="GenerationFiles"/>.</summary>
    /// <exception cref="GenerationException">The manifest does not list it.</exception>
    public string File(string name) => Has(name)
        ? System.IO.Path.Combine(Path, name)
        : throw new GenerationException($"Generation {Number} has no {name}.");

    /// <summary>Recomputes the digest of every file.</summary>
    /// <exception cref="GenerationException">A file is missing or is not the one that was committed.</exception>
    public void Verify()
    {
        foreach ((string name, string expected) in Manifest.Files)
        {
            if (Digest(name) != expected)
                throw new GenerationException($"{name} of generation {Number} ({Path}) does not have the digest that its manifest states: it was changed or damaged.");
        }
    }

    private string Digest(string name)
    {
        try
        {
            return DurableFiles.Sha256(File(name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GenerationException($"{name} of generation {Number} cannot be read: {exception.Message}", exception);
        }
    }
}
