using Perennial.Inference.Swapping;

namespace Perennial.Inference.Batching;

/// <summary>
/// Places in the queue for the images of one request, taken before anything is done for it (before the images are decoded, say).
/// Dispose it when the request is over; the places are given back then, or when its last accepted image leaves the queue.
/// </summary>
public sealed class Permit : IDisposable
{
    private readonly UseCount _uses = new();
    private readonly Action<Permit> _release;
    private int _inside;
    private int _disposed;
    private long _queueTicks, _inferenceTicks;

    internal Permit(RequestClass requestClass, int images, int places, Action<Permit> release) =>
        (Class, Images, Places, _release) = (requestClass, images, places, release);

    public RequestClass Class { get; }

    /// <summary>How many images it lets in at a time, at least 1.</summary>
    public int Images { get; }

    /// <summary>Longest that one of its images has waited for its batch; zero before the first is answered.</summary>
    public TimeSpan QueueTime => new(Volatile.Read(ref _queueTicks));

    /// <summary>Longest that a batch with one of its images took in the engine; zero before the first is answered.</summary>
    public TimeSpan InferenceTime => new(Volatile.Read(ref _inferenceTicks));

    /// <summary>Places held: one for each image, but never more than the queue has.</summary>
    internal int Places { get; }

    /// <summary>Lets one image in.</summary>
    /// <exception cref="ObjectDisposedException">The permit is disposed.</exception>
    /// <exception cref="InvalidOperationException">All its images are in the queue.</exception>
    internal void Enter()
    {
        if (Interlocked.Increment(ref _inside) > Images)
        {
            Interlocked.Decrement(ref _inside);
            throw new InvalidOperationException($"This permit is for {Images} images, and as many are in the queue.");
        }
        if (Volatile.Read(ref _disposed) == 0 && _uses.TryEnter())
            return;
        Interlocked.Decrement(ref _inside);
        throw new ObjectDisposedException(nameof(Permit));
    }

    /// <summary>Notes what one image cost, before it is answered.</summary>
    internal void Note(TimeSpan wait, TimeSpan inference)
    {
        Raise(ref _queueTicks, wait.Ticks);
        Raise(ref _inferenceTicks, inference.Ticks);

        static void Raise(ref long most, long ticks) // several lanes may have images of one permit
        {
            for (long seen = Volatile.Read(ref most); ticks > seen;)
            {
                long before = Interlocked.CompareExchange(ref most, ticks, seen);
                if (before == seen) return;
                seen = before;
            }
        }
    }

    internal void Leave()
    {
        Interlocked.Decrement(ref _inside);
        Release();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
            Release();
    }

    private void Release()
    {
        if (_uses.Leave())
            _release(this);
    }
}
