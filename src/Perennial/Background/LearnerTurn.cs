namespace Perennial.Background;

/// <summary>
/// The time in which a learner yields to requests: from its first word (it has asked the system by then to be set going should this process die while it
/// stands still) until it is asked to leave or has ended.
/// </summary>
internal sealed class LearnerTurn(Yielding yielding, int process, Func<double?> budget, Action<string> note) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HeldProcess? _held = HeldProcess.TryHold(process);
    private IDisposable? _watch;
    private bool _over;

    /// <summary>It has spoken; further calls do nothing.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_held is not null && !_over) _watch ??= yielding.Watch(_held, budget, note);
        }
    }

    /// <summary>It goes on, and is left alone from now on.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _over = true;
            _watch?.Dispose();
            _held?.Dispose();
        }
    }
}
