using Perennial.Telemetry;

namespace Perennial.Endpoints.Input;

/// <summary>How many bytes of request bodies all requests together may hold. A body asks before it is read; without room the request is refused with 429.</summary>
/// <param name="total">Bytes.</param>
internal sealed class ByteBudget(long total)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Volatile.Read(ref _held);

    /// <exception cref="ProblemException">429 <c>overloaded</c>.</exception>
    public void Take(long bytes)
    {
        if (Interlocked.Add(ref _held, bytes) > total)
        {
            Interlocked.Add(ref _held, -bytes);
            throw ProblemException.Overloaded("The bodies of the running requests fill the memory set aside for them (Perennial:Limits:MaxBytesInFlight); try again shortly.", RetryAfter);
        }
        RequestMetrics.BodyBytes.Inc(bytes);
    }

    public void Give(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        RequestMetrics.BodyBytes.Dec(bytes);
    }
}
