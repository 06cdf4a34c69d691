using Perennial.Core.Generations;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Swapping;

/// <summary>A generation whose files were verified and whose engines were shown to answer as torch did; ready to serve. Owns the engines.</summary>
public sealed class AdmittedGeneration : IDisposable
{
    internal AdmittedGeneration(GenerationManifest manifest, IInferenceEngine encoder, EngineChoice engine, IInferenceEngine? classifier) =>
        (Manifest, Encoder, Engine, Classifier) = (manifest, encoder, engine, classifier);

    public GenerationManifest Manifest { get; }

    /// <summary>[3, S, S] in [0, 1] to an L2-normalised embedding [D].</summary>
    public IInferenceEngine Encoder { get; }

    /// <summary>What the encoder runs on, and why it is this engine.</summary>
    public EngineChoice Engine { get; }

    /// <summary>Embedding [D] to probabilities [C], in the order of <see cref="GenerationManifest.Labels"/>; null before the first finetuning.</summary>
    public IInferenceEngine? Classifier { get; }

    public void Dispose()
    {
        Classifier?.Dispose();
        Encoder.Dispose();
    }
}
