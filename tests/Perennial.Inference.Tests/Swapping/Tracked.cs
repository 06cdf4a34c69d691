namespace Perennial.Inference.Tests.Swapping;

/// <summary>A value that knows whether it is still good, and how often it was disposed.</summary>
internal sealed class Tracked : IDisposable
{
    private int _disposals;

    public int Disposals => Volatile.Read(ref _disposals);

    public void Use() => Assert.Equal(0, Disposals);

    public void Dispose() => Interlocked.Increment(ref _disposals);
}
