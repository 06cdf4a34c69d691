using System.CommandLine;
using System.Text.Json.Nodes;
using Perennial.Commands.Models;
using Perennial.Commands.Terminals;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;

namespace Perennial.Commands;

/// <summary><c>perennial embed</c>: a dataset's embeddings as a NumPy matrix.</summary>
internal static class EmbedCommand
{
    public static Command Create()
    {
        Argument<string> path = new("PATH") { Description = "A folder, a .tar, .tar.gz or .zip archive, or one image." };
        Option<string> output = new("--output") { Description = "The matrix, a .npy file; the names of its rows go beside it as .txt.", Required = true, HelpName = "FILE.npy" };
        Option<string?> model = new("--model") { Description = "A generation, an output of pretrain, or a data directory (default: what --data-dir serves with).", HelpName = "DIR" };
        Option<string> data = new("--data-dir") { Description = "The data directory.", DefaultValueFactory = _ => "./data", HelpName = "DIR" };
        Option<bool> json = JsonOutput.Option();
        var verb = new Verb("embed", "Write the embeddings of images to a NumPy file, one row an image, each of length 1.",
            "embed ~/photos --output photos.npy",
            "embed test.tar.gz --model out --output test.npy")
        {
            path, output, model, data, json,
        };
        verb.SetAction((parsed, cancellationToken) => RunAsync(
            Terminal.Of(parsed), parsed.GetRequiredValue(path), parsed.GetRequiredValue(output),
            parsed.GetValue(model) is { } named ? ModelFolder.Open(named) : ModelFolder.Serving(parsed.GetRequiredValue(data)), parsed.GetValue(json), cancellationToken));
        return verb;
    }

    private static async Task<int> RunAsync(Terminal terminal, string path, string output, GenerationFolder folder, bool json, CancellationToken cancellationToken)
    {
        if (!output.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
        {
            throw new UsageException($"--output {output} must end in .npy; no other format is written.");
        }
        long? count = Dataset.CountHint(path);
        string names = Path.ChangeExtension(output, ".txt");
        using ImageEmbedder embedder = ImageEmbedder.Load(folder, cancellationToken);
        (int rows, List<SkippedImage> skipped) = await terminal.StepAsync("embed", "images", count, step => Task.Run(() => Write(embedder, path, output, names, step, cancellationToken), cancellationToken));
        foreach (SkippedImage image in skipped)
        {
            terminal.Remark($"{image.Name}: {image.Reason}");
        }
        if (rows == 0)
        {
            throw new UsageException($"None of the {skipped.Count} images in {path} could be used.");
        }
        GenerationManifest made = embedder.Manifest;
        terminal.Output.WriteLine(json
            ? new JsonObject { ["rows"] = rows, ["dimensions"] = made.Dimensions, ["skipped"] = skipped.Count, ["generation"] = made.Number, ["digest"] = made.Digest, ["output"] = output, ["names"] = names }.ToJsonString()
            : $"{rows} rows of {made.Dimensions} numbers in {output}, their names in {names} (encoder {made.Digest[..19]}...)");
        return ExitCode.Done;
    }

    private static (int Rows, List<SkippedImage> Skipped) Write(ImageEmbedder embedder, string path, string output, string names, IStep step, CancellationToken cancellationToken)
    {
        List<SkippedImage> skipped = [];
        List<string> rows = [];
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(output))!);
        using var matrix = new NpyFile(output, embedder.Manifest.Dimensions);
        foreach ((DatasetImage image, float[]? vector, string? reason) in embedder.Embed(Dataset.Read(path, skipped.Add, cancellationToken), cancellationToken))
        {
            if (vector is null)
            {
                skipped.Add(new SkippedImage(image.Name, reason!));
            }
            else
            {
                matrix.Append(vector);
                rows.Add(image.Name.ReplaceLineEndings(" "));
            }
            step.At(rows.Count + skipped.Count);
        }
        if (rows.Count > 0)
        {
            File.WriteAllLines(names, rows);
            matrix.Complete();
        }
        return (rows.Count, skipped);
    }
}
