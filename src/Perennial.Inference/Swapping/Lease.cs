namespace Perennial.Inference.Swapping;

/// <summary>
/// The right to use one published value: it is not disposed before this lease ends. A request takes one lease and uses
/// nothing but it, so that a swap in between never mixes two generations in one answer. Ending a lease twice is harmless.
/// </summary>
/// <remarks>
/// The lease that ends last disposes a value which was swapped out, on the thread that ends it. Leases are not finalized:
/// one that is forgotten keeps its value for good.
/// </remarks>
public sealed class Lease<T> : IDisposable where T : class, IDisposable
{
    private Tenancy<T>? _tenancy;

    internal Lease(Tenancy<T> entered) => _tenancy = entered;

    /// <summary>The value that was current when the lease was taken.</summary>
    /// <exception cref="ObjectDisposedException">The lease has ended.</exception>
    public T Value => Tenancy.Value;

    internal Tenancy<T> Tenancy => Volatile.Read(ref _tenancy) ?? throw new ObjectDisposedException(GetType().Name, "This lease has ended.");

    /// <summary>Ends the lease, and disposes the value if it was swapped out and no other lease is on it.</summary>
    public void Dispose() => Interlocked.Exchange(ref _tenancy, null)?.Leave();
}
