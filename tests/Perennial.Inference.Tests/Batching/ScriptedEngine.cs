using System.Collections.Concurrent;
using Perennial.Inference.Engines;

namespace Perennial.Inference.Tests.Batching;

/// <summary>
/// An engine whose image is [3, 2, 2] and whose embedding is (first value, sum of all). It writes down every batch, and can be
/// held inside a run, made to fail, or made to take time on a manual clock.
/// </summary>
internal sealed class ScriptedEngine : IInferenceEngine
{
    private readonly SemaphoreSlim _entered = new(0), _released = new(0);

    public string Name => "scripted";

    public int Dimensions => 2;

    public int[] ItemShape => [3, 2, 2];

    /// <summary>The first values of each batch's images.</summary>
    public ConcurrentQueue<float[]> Batches { get; } = new();

    /// <summary>Whether each run waits for <see cref="Release"/>.</summary>
    public bool Held { get; init; }

    /// <summary>Called within each run with its size.</summary>
    public Action<int>? OnRun { get; set; }

    public static float[] Image(float first) => [first, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];

    public static float[] Embedding(float first) => [first, first + 11];

    public void Run(ReadOnlySpan<float> input, int n, Span<float> output)
    {
        Assert.Equal(n * 12, input.Length);
        Assert.Equal(n * 2, output.Length);
        float[] firsts = new float[n];
        for (int i = 0; i < n; i++)
            firsts[i] = input[i * 12];
        Batches.Enqueue(firsts);
        if (Held)
        {
            _entered.Release();
            if (!_released.Wait(TimeSpan.FromMinutes(1)))
                throw new TimeoutException("the test did not release this run");
        }
        OnRun?.Invoke(n);
        for (int i = 0; i < n; i++)
        {
            float sum = 0;
            foreach (float value in input.Slice(i * 12, 12))
                sum += value;
            (output[i * 2], output[i * 2 + 1]) = (input[i * 12], sum);
        }
    }

    /// <summary>Waits until a run has begun.</summary>
    public Task EnteredAsync() => _entered.WaitAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets that many runs finish.</summary>
    public void Release(int runs = 1) => _released.Release(runs);

    public void Dispose()
    {
    }
}
