using Perennial.Inference.Engines;

namespace Perennial.Tests.Server;

/// <summary>An encoder that answers nobody before it is told to; keeps the last input that it was given.</summary>
internal sealed class GatedEngine(IInferenceEngine inner) : IInferenceEngine
{
    private readonly ManualResetEventSlim _open = new();

    public string Name => inner.Name;

    public int Dimensions => inner.Dimensions;

    public int[] ItemShape => inner.ItemShape;

    /// <summary>[n, 3, S, S] of the last batch.</summary>
    public float[] LastInput { get; private set; } = [];

    public void Open() => _open.Set();

    public void Run(ReadOnlySpan<float> input, int n, Span<float> output)
    {
        _open.Wait();
        LastInput = input.ToArray();
        inner.Run(input, n, output);
    }

    public void Dispose() => _open.Dispose();
}
