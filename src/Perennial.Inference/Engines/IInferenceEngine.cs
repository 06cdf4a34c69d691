namespace Perennial.Inference.Engines;

/// <summary>
/// Runs one network on batches of float32 items. An engine knows nothing of images, queues or generations: numbers in, numbers out.
/// </summary>
public interface IInferenceEngine : IDisposable
{
    /// <summary>Runtime, device and precision, e.g. "onnxruntime-cpu-fp32"; a label of metrics.</summary>
    string Name { get; }

    /// <summary>Length of one output row: D of an encoder's [N, D], C of a classifier's [N, C].</summary>
    int Dimensions { get; }

    /// <summary>Shape of one input item without the batch dimension: [3, H, W] of an encoder, [D] of a classifier.</summary>
    int[] ItemShape { get; }

    /// <summary>Floats of one input item.</summary>
    int ItemLength => ItemShape.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>
    /// Runs a batch, whole, on the calling thread (the runtime's own threads help). May be called from several threads at
    /// once. Neither span is copied or kept.
    /// </summary>
    /// <param name="input">[n, ItemShape], row-major.</param>
    /// <param name="n">Items in the batch, at least 1.</param>
    /// <param name="output">[n, Dimensions], row-major; written whole, or unspecified after an exception.</param>
    /// <exception cref="ArgumentException">A span's length does not fit <paramref name="n"/>.</exception>
    /// <exception cref="EngineException">The runtime failed.</exception>
    /// <exception cref="ObjectDisposedException">The engine is disposed.</exception>
    void Run(ReadOnlySpan<float> input, int n, Span<float> output);
}
