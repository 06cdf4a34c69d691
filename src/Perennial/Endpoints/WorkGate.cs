namespace Perennial.Endpoints;

/// <summary>Lets as many as there are cores work at once, so that decoding and storing cannot take every thread from the answers.</summary>
/// <param name="places">Who may work at once.</param>
/// <param name="mayWait">How many may wait for a place; null: those who wait are counted elsewhere.</param>
internal sealed class WorkGate(int places, int? mayWait)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _places = new(places);
    private int _inside;

    /// <summary>Enters; dispose what it returns to leave.</summary>
    /// <exception cref="ProblemException">429 <c>overloaded</c>: too many wait.</exception>
    public async ValueTask<Place> EnterAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _inside) > places + mayWait)
        {
            Interlocked.Decrement(ref _inside);
            throw ProblemException.Overloaded("As many writes as may wait are waiting (Perennial:Limits:MaxWaitingWrites); try again shortly.", RetryAfter);
        }
        try
        {
            await _places.WaitAsync(cancellationToken);
        }
        catch
        {
            Interlocked.Decrement(ref _inside);
            throw;
        }
        return new Place(this);
    }

    private void Leave()
    {
        _places.Release();
        Interlocked.Decrement(ref _inside);
    }

    /// <summary>A place at work.</summary>
    internal readonly struct Place(WorkGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}
