using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;

namespace Perennial.Background;

/// <summary>
/// A generation's engine together with the vectors that this very engine made: the unit that answers requests and that is swapped whole.
/// A request leases ONE pair and uses nothing else, so it cannot compare vectors of two models.
/// </summary>
/// <param name="generation">The admitted engines; its manifest names the embedding space.</param>
/// <param name="embedder">The batch queue in front of the encoder.</param>
/// <param name="collection">The vectors of the same digest.</param>
/// <param name="released">Called once, when the last lease on this pair has ended.</param>
public sealed class ServingPair(AdmittedGeneration generation, BatchQueue embedder, IVectorCollection collection, Action released) : IDisposable
{
    private int _disposed;

    public AdmittedGeneration Generation { get; } = generation;

    public GenerationManifest Manifest => Generation.Manifest;

    public BatchQueue Embedder { get; } = embedder;

    public IVectorCollection Collection { get; } = collection;

    /// <summary>Gives the engine, queue and collection back to their owner, which frees them when nothing else holds them.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) released();
    }
}
