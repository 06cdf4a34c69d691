namespace Perennial.Background;

/// <summary>One request that somebody waits for, from the moment at which it takes the generation that answers it until its answer begins.</summary>
internal sealed class LiveRequest(Yielding yielding, bool yieldedTo, bool exposed)
{
    private int _ended;

    /// <summary>Whether the learner stands still for it.</summary>
    public bool YieldedTo { get; } = yieldedTo;

    /// <summary>Whether it began beside a learner at work, and so shows what that costs.</summary>
    public bool Exposed { get; } = exposed;

    /// <summary>Its answer begins; further calls do nothing.</summary>
    /// <param name="took">The whole request but for the receiving of its body, which is the caller's time.</param>
    public void End(TimeSpan took)
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) yielding.Leave(this, took);
    }
}
