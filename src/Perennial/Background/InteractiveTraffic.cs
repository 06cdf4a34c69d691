using System.Diagnostics;

namespace Perennial.Background;

/// <summary>Which deployment people are waiting for, so that work on another one can step aside.</summary>
internal sealed class InteractiveTraffic
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private object? _asked;
    private long _at;

    /// <summary>Somebody who waited was answered.</summary>
    /// <param name="by">Stands for the deployment that answered; the deployment itself would be kept alive here.</param>
    public void Note(object by)
    {
        Volatile.Write(ref _at, Stopwatch.GetTimestamp());
        Volatile.Write(ref _asked, by);
    }

    /// <summary>Whether another one has answered somebody within the last second.</summary>
    public bool IsOfAnother(object than) =>
        Volatile.Read(ref _asked) is { } asked && asked != than && Stopwatch.GetElapsedTime(Volatile.Read(ref _at)) < Lately;
}
