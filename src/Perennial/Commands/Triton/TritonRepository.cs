using Perennial.Core.Durability;
using Perennial.Core.Generations;

namespace Perennial.Commands.Triton;

/// <summary>
/// A model repository for NVIDIA's Triton: the encoder and, where the generation has labels, the classifier and the two in a row as <c>classify</c>.
/// </summary>
internal static class TritonRepository
{
    private const string Version = "1", Config = "config.pbtxt", ModelFile = "model.onnx";

    /// <exception cref="UsageException">Something lies there already.</exception>
    public static void RefuseTaken(string target)
    {
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new UsageException($"--triton {target} is there already and not empty; name a new folder, so that a Triton that reads this one never sees it half written.");
        }
    }

    /// <summary>Writes the repository aside and moves it into place when it is whole.</summary>
    /// <param name="target">The folder; absent or empty.</param>
    /// <param name="generation">Whose models these are.</param>
    /// <param name="encoder">The encoder's file.</param>
    /// <param name="maxBatch">Largest batch that Triton forms; a plan must take it.</param>
    /// <returns>The files, as paths under <paramref name="target"/>.</returns>
    public static IReadOnlyList<string> Write(string target, GenerationFolder generation, TritonEncoder encoder, int maxBatch)
    {
        RefuseTaken(target);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target)), parent = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(parent);
        string aside = Path.Combine(parent, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}");
        try
        {
            Fill(aside, generation, encoder, new TritonConfig(generation.Manifest, maxBatch));
            string[] files = [.. Directory.EnumerateFiles(aside, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
            foreach (string file in files) DurableFiles.FlushFile(file);
            if (Directory.Exists(full)) Directory.Delete(full);
            Directory.Move(aside, full);
            DurableFiles.FlushDirectory(parent);
            return [.. files.Select(file => Path.Combine(target, Path.GetRelativePath(aside, file)))];
        }
        finally
        {
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
        }
    }

    private static void Fill(string root, GenerationFolder generation, TritonEncoder encoder, TritonConfig config)
    {
        Model(TritonConfig.Encoder, config.OfEncoder(encoder), encoder.FileName, encoder.Source);
        IReadOnlyList<string> labels = generation.Manifest.Labels;
        if (labels.Count == 0) return;
        Model(TritonConfig.Classifier, config.OfClassifier(), ModelFile, generation.File(GenerationFiles.Classifier));
        Model(TritonConfig.Classify, config.OfPipeline(), null, null); // its version folder is empty and must be there
        foreach (string model in new[] { TritonConfig.Classifier, TritonConfig.Classify })
        {
            File.WriteAllLines(Path.Combine(root, model, TritonConfig.LabelsFile), labels.Select(label => label.ReplaceLineEndings(" ")));
        }

        void Model(string name, string text, string? fileName, string? source)
        {
            string version = Path.Combine(root, name, Version);
            Directory.CreateDirectory(version);
            File.WriteAllText(Path.Combine(root, name, Config), text);
            if (source is not null) File.Copy(source, Path.Combine(version, fileName!));
        }
    }
}
