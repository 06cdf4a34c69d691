using Perennial.Core.Generations;

namespace Perennial.Background.Triggers;

/// <summary>Where the serving encoder comes from: the first generation with its digest, since later ones may only have brought a classifier.</summary>
/// <param name="Since">When the snapshot was taken that it learned from; null where no run of this server made it.</param>
/// <param name="Images">Images of that snapshot.</param>
internal sealed record EncoderOrigin(DateTimeOffset? Since, long Images)
{
    public static EncoderOrigin Of(StagedGeneration serving, GenerationStore generations, RunStore runs)
    {
        GenerationManifest manifest = generations.List().FirstOrDefault(folder => folder.Manifest.Digest == serving.Manifest.Digest)?.Manifest ?? serving.Manifest;
        return manifest.Run is { } id && runs.Find(id) is { } run
            ? new EncoderOrigin(run.SnapshotAt ?? run.StartedAt ?? run.CreatedAt, manifest.Corpus.Images)
            : new EncoderOrigin(null, 0);
    }
}
