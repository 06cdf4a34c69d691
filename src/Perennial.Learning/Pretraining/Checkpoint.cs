using System.Globalization;
using Perennial.Core.Durability;
using Perennial.Core.Generations;
using Perennial.Learning.Export;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// The whole state of a run in one safetensors file, written aside, flushed and renamed: a kill at any moment leaves the one before it. There is
/// no generator state to keep, because every random draw is a function of seed, epoch and image.
/// </summary>
/// <param name="directory">Of this run's checkpoints alone.</param>
/// <param name="run">Identity of the run (<see cref="RunIdentity"/>), kept in each file: a checkpoint of another run is not gone on from.</param>
internal sealed class Checkpoint(string directory, string run)
{
    private const int Kept = 2;
    private const string StepKey = "step", BeginKey = "phase_begin", EndKey = "phase_end", RunKey = "run";

    /// <summary>Writes the state after <paramref name="step"/> steps and removes all but the newest two.</summary>
    public void Write(long step, Phase phase, IReadOnlyDictionary<string, Tensor> state)
    {
        Directory.CreateDirectory(directory);
        string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"step-{step:D9}.safetensors")), aside = path + ".aside";
        Safetensors.Write(aside, state.Select(entry => WeightsFile.ToSafeTensor(entry.Key, entry.Value)),
            new Dictionary<string, string> { [StepKey] = Text(step), [BeginKey] = Text(phase.Begin), [EndKey] = Text(phase.End), [RunKey] = run });
        DurableFiles.FlushFile(aside);
        File.Move(aside, path, overwrite: true);
        DurableFiles.FlushDirectory(directory);
        foreach (string old in Newest().Skip(Kept)) File.Delete(old);
    }

    /// <summary>Puts the newest readable checkpoint into <paramref name="state"/>.</summary>
    /// <returns>Steps done, and the phase they belong to; null where there is none.</returns>
    /// <exception cref="TrainingException">It belongs to another recipe, other images or another network.</exception>
    public (long Step, Phase Phase)? Restore(IReadOnlyDictionary<string, Tensor> state)
    {
        foreach (string path in Newest())
        {
            SafetensorsFile file;
            try { file = Safetensors.Read(path); }
            catch (SafetensorsException) { continue; } // damaged on disk: the one before it is as good, only older
            if (file.Metadata.GetValueOrDefault(RunKey) != run) throw Foreign(path, "recipe or images");
            using var noGradient = no_grad();
            using var scope = NewDisposeScope();
            foreach ((string name, Tensor target) in state)
            {
                SafeTensor source = file.Find(name) ?? throw Foreign(path, name);
                if (!source.Shape.AsSpan().SequenceEqual(target.shape)) throw Foreign(path, name);
                target.copy_(WeightsFile.ToTensor(source));
            }
            return (Number(file, StepKey), new Phase(Number(file, BeginKey), Number(file, EndKey)));
        }
        return null;
    }

    /// <summary>Forgets an earlier run in the same place.</summary>
    public void RemoveAll()
    {
        foreach (string path in Newest()) File.Delete(path);
    }

    private IEnumerable<string> Newest() => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "step-*.safetensors").OrderDescending(StringComparer.Ordinal).ToArray()
        : [];

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(SafetensorsFile file, string key) => long.Parse(file.Metadata[key], CultureInfo.InvariantCulture);

    private static TrainingException Foreign(string path, string name) =>
        new($"{path} belongs to another run ({name}): resume with the recipe and the images that the run began with, or choose another output directory.");
}
