using System.Diagnostics;

namespace Perennial.Bench;

/// <summary>What a number of calls took, and how many there were in a second.</summary>
/// <param name="Ticks">One a call, in <see cref="Stopwatch"/> ticks, ascending.</param>
/// <param name="Elapsed">From the first start to the last end.</param>
/// <param name="Failed">Calls that were not answered with 200.</param>
internal sealed record Latencies(long[] Ticks, TimeSpan Elapsed, int Failed = 0)
{
    public double PerSecond => Ticks.Length / Elapsed.TotalSeconds;

    public static Latencies Of(IEnumerable<List<long>> callers, TimeSpan elapsed, int failed = 0) => new([.. callers.SelectMany(ticks => ticks).Order()], elapsed, failed);

    /// <summary>In milliseconds; nearest rank.</summary>
    /// <param name="share">0.5 for the median, 0.99, ...</param>
    public double Percentile(double share) => Ticks.Length == 0 ? double.NaN : 1000.0 * Ticks[Math.Clamp((int)Math.Ceiling(share * Ticks.Length) - 1, 0, Ticks.Length - 1)] / Stopwatch.Frequency;
}
