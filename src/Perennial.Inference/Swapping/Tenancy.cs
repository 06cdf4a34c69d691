namespace Perennial.Inference.Swapping;

/// <summary>One published value, shared by its slot and by every lease on it; the last of them to leave disposes it.</summary>
internal sealed class Tenancy<T>(T value, Action ended) where T : class, IDisposable
{
    private readonly UseCount _uses = new();

    public T Value => value;

    public bool TryEnter() => _uses.TryEnter();

    public void Leave()
    {
        if (!_uses.Leave())
            return;
        try
        {
            value.Dispose();
        }
        finally
        {
            ended();
        }
    }
}
