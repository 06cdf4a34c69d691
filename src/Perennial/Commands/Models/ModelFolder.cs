using Perennial.Core.Corpus;
using Perennial.Core.Generations;

namespace Perennial.Commands.Models;

/// <summary>Finds the generation that a path or nothing at all stands for.</summary>
internal static class ModelFolder
{
    /// <summary>Opens a generation, the newest one of a run's output folder, or the newest one of a data directory.</summary>
    /// <param name="path">A folder with a manifest, or one with <c>gen-000001</c> and so on inside, directly or under <c>models</c>.</param>
    /// <exception cref="UsageException">There is no generation there.</exception>
    /// <exception cref="GenerationException">There is one, and it is damaged.</exception>
    public static GenerationFolder Open(string path)
    {
        if (!Directory.Exists(path))
        {
            throw new UsageException($"There is no folder {path}; give the --output of a pretraining, a generation, or a data directory.");
        }
        if (File.Exists(Path.Combine(path, GenerationFiles.Manifest)))
        {
            return GenerationFolder.Open(path);
        }
        return Newest(path) ?? Newest(Path.Combine(path, "models"))
            ?? throw new UsageException($"{path} holds no generation: neither {GenerationFiles.Manifest} nor gen-000001; give the --output of a pretraining that has ended.");
    }

    /// <summary>The generation that a data directory serves with, else its newest, else the starter that came with the program.</summary>
    public static GenerationFolder Serving(string dataDirectory)
    {
        string models = Path.Combine(dataDirectory, "models");
        if (Promoted(dataDirectory) is { } promoted && Directory.Exists(models) && new GenerationStore(models).Find(promoted) is { } serving)
        {
            return serving;
        }
        string starter = Path.Combine(AppContext.BaseDirectory, "models", "starter");
        return Newest(models) ?? (File.Exists(Path.Combine(starter, GenerationFiles.Manifest)) ? GenerationFolder.Open(starter)
            : throw new UsageException($"{dataDirectory} holds no model and none came with the program; name one with --model."));
    }

    private static GenerationFolder? Newest(string models) => Directory.Exists(models) && Directory.EnumerateDirectories(models, "gen-*").Any()
        ? new GenerationStore(models).List().LastOrDefault() ?? throw new UsageException(new GenerationStore(models).ListDamaged()[0].Message)
        : null;

    private static int? Promoted(string dataDirectory)
    {
        if (!File.Exists(Path.Combine(dataDirectory, "perennial.db")))
        {
            return null;
        }
        using Catalogue catalogue = Catalogue.Open(dataDirectory);
        return new PromotionRecord(catalogue).Current?.Generation;
    }
}
