using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Models;

/// <summary>An engine that notes the batches it ran and how often it was disposed.</summary>
internal sealed class SpyEngine(IInferenceEngine inner) : IInferenceEngine
{
    public string Name => inner.Name;

    public int Dimensions => inner.Dimensions;

    public int[] ItemShape => inner.ItemShape;

    /// <summary>What a test says that it stands for.</summary>
    public string? Kind { get; init; }

    public List<int> Batches { get; } = [];

    public int Disposals { get; private set; }

    public void Run(ReadOnlySpan<float> input, int n, Span<float> output)
    {
        Batches.Add(n);
        inner.Run(input, n, output);
    }

    public void Dispose()
    {
        Disposals++;
        inner.Dispose();
    }
}
