using Perennial.Core.Generations;

namespace Perennial.Background;

/// <summary>A generation at work together with the embedding space that it shares: serving, kept for rollback, or on its way to be promoted.</summary>
internal sealed record StagedGeneration(Deployment Deployment, EmbeddingSpace Space)
{
    public int Number => Deployment.Manifest.Number;

    public GenerationManifest Manifest => Deployment.Manifest;
}
