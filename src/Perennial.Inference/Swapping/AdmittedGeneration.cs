using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Swapping;

/// <summary>A generation whose files were verified and whose engines were shown to answer as torch did; ready to serve. Owns the engines.</summary>
public sealed class AdmittedGeneration : IDisposable
{
    internal AdmittedGeneration(GenerationManifest manifest, IInferenceEngine encoder, IInferenceEngine? classifier) =>
        (Manifest, Encoder, Classifier) = (manifest, encoder, classifier);

    public GenerationManifest Manifest { get; }

    /// <summary>[3, S, S] in [0, 1] to an L2-normalised embedding [D].</summary>
    public IInferenceEngine Encoder { get; }

    /// <summary>Embedding [D] to probabilities [C], in the order of <see cref="GenerationManifest.Labels"/>; null before the first finetuning.</summary>
    public IInferenceEngine? Classifier { get; }

    public void Dispose()
    {
        Classifier?.Dispose();
        Encoder.Dispose();
    }
}
