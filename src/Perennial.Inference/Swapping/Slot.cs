namespace Perennial.Inference.Swapping;

/// <summary>
/// Holds the current value and publishes the next one atomically, without stopping those who use the old one: they hold
/// leases, and the old value is disposed when the last lease on it ends, at once if there is none.
/// </summary>
/// <remarks>
/// Taking a lease never waits: one read and one compare-and-swap. Exchanges are serialised among themselves. A value belongs to
/// the slot from the moment it is published; publish it a second time only through a lease on it
/// (<see cref="Restore"/>), or it would be disposed twice. A value's <c>Dispose</c> should not throw: it runs
/// on the thread that ends the last lease.
/// </remarks>
public sealed class Slot<T> : IAsyncDisposable where T : class, IDisposable
{
    private readonly Lock _exchanging = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Tenancy<T>? _current;
    private int _alive = 1; // values not yet disposed, and the slot itself until it is disposed
    private bool _disposed;

    /// <summary>A slot with nothing in it.</summary>
    public Slot()
    {
    }

    /// <summary>A slot that holds <paramref name="first"/> and owns it from now on.</summary>
    public Slot(T first) => _current = Own(first);

    /// <summary>A lease on the current value, or null when there is none. Never hands out a value that is disposed.</summary>
    public Lease<T>? TryAcquire()
    {
        while (Volatile.Read(ref _current) is { } tenancy)
        {
            if (tenancy.TryEnter())
                return new Lease<T>(tenancy);
            // Swapped out and drained between the two lines above: its successor is published already.
        }
        return null;
    }

    /// <summary>
    /// Publishes <paramref name="next"/> (or nothing, for null) and lets go of the value before it. The slot owns
    /// <paramref name="next"/> from now on; publishing the current value again changes nothing.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The slot is disposed; <paramref name="next"/> stays the caller's.</exception>
    public void Exchange(T? next) => ExchangeAndRetain(next)?.Dispose();

    /// <summary>
    /// As <see cref="Exchange"/>, and hands back a lease on the value before it (null when there was none), which
    /// keeps that value alive and ready for an instant rollback: pass the lease to <see cref="Restore"/>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The slot is disposed; <paramref name="next"/> stays the caller's.</exception>
    public Lease<T>? ExchangeAndRetain(T? next)
    {
        lock (_exchanging)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (next is not null && ReferenceEquals(_current?.Value, next))
                return TryAcquire();
            return Publish(next is null ? null : Own(next));
        }
    }

    /// <summary>
    /// Publishes the value that <paramref name="retained"/> is a lease on (a rollback), and hands back a lease on the
    /// value before it, null when there was none. <paramref name="retained"/> itself goes on until its holder ends it.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The slot is disposed, or the lease has ended.</exception>
    public Lease<T>? Restore(Lease<T> retained)
    {
        ArgumentNullException.ThrowIfNull(retained);
        lock (_exchanging)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Tenancy<T> tenancy = retained.Tenancy;
            if (!tenancy.TryEnter())
                throw new ObjectDisposedException(nameof(Lease<T>), "This lease has ended.");
            return Publish(tenancy);
        }
    }

    /// <summary>Publishes nothing, refuses further exchanges and waits until every value it ever held is disposed: until the last lease has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        Lease<T>? last = null;
        lock (_exchanging)
        {
            if (!_disposed)
            {
                last = Publish(null);
                _disposed = true;
                Ended();
            }
        }
        last?.Dispose();
        await _drained.Task.ConfigureAwait(false);
    }

    // The slot's own use of the value before becomes the lease that is handed back: no moment at which it has no user.
    private Lease<T>? Publish(Tenancy<T>? next) =>
        Interlocked.Exchange(ref _current, next) is { } before ? new Lease<T>(before) : null;

    private Tenancy<T> Own(T value)
    {
        Interlocked.Increment(ref _alive);
        return new Tenancy<T>(value, Ended);
    }

    private void Ended()
    {
        if (Interlocked.Decrement(ref _alive) == 0)
            _drained.TrySetResult();
    }
}
