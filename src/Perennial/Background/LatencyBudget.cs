namespace Perennial.Background;

/// <summary>What the p99 of live requests may be while a learner is at work: what the operator says, or twice what it is without one. One thread at a time.</summary>
internal sealed class LatencyBudget(TimeProvider time)
{
    /// <summary>Never less by itself, ms: below it, timers and the network decide.</summary>
    public const double Least = 5;

    /// <summary>While nothing is known of quiet times, ms.</summary>
    public const double Unknown = 50;

    private const double TimesQuiet = 2;
    private const int EnoughRequests = 100;

    private readonly LatencyWindow _quiet = new(1000, TimeSpan.MaxValue, time);

    /// <summary>Notes what a request took.</summary>
    /// <param name="milliseconds">Its latency.</param>
    /// <param name="quiet">No learner was at work.</param>
    /// <param name="shielded">One stood still for it: the next best where too little is known of quiet times, as after a start in the middle of a run.</param>
    public void Add(double milliseconds, bool quiet, bool shielded)
    {
        if (quiet || (shielded && _quiet.Kept < EnoughRequests)) _quiet.Add(milliseconds);
    }

    /// <summary>Whether it is so far above the quiet p99 that a learner can hardly make requests miss it.</summary>
    /// <param name="asked">The operator's, ms; null: by itself.</param>
    public bool IsWide(double? asked) => _quiet.Percentile(0.99) is { } quiet && asked >= 2 * TimesQuiet * quiet;

    /// <param name="asked">The operator's, ms; null: by itself.</param>
    public double Milliseconds(double? asked) => asked
        ?? (_quiet.Kept < EnoughRequests ? Unknown : Math.Max(Least, TimesQuiet * _quiet.Percentile(0.99)!.Value));
}
