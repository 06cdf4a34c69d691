using System.Collections.Concurrent;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Exceptions of tasks that nobody awaited, from its creation on.</summary>
internal sealed class UnobservedFaults : IDisposable
{
    private readonly ConcurrentQueue<string> _faults = [];

    public UnobservedFaults() => TaskScheduler.UnobservedTaskException += Note;

    /// <summary>All so far; they show when their tasks are collected.</summary>
    public IReadOnlyCollection<string> Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return [.. _faults];
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= Note;

    private void Note(object? sender, UnobservedTaskExceptionEventArgs fault) => _faults.Enqueue(fault.Exception.ToString());
}
