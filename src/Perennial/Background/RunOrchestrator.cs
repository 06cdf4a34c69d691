namespace Perennial.Background;

/// <summary>One run at a time: what a restart interrupted first, then the queue in order.</summary>
internal sealed class RunOrchestrator(RunStore store, RunLog log, RunFolders folders, RunExecution execution, ILogger<RunOrchestrator> logger)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _queued = new(0);
    private string? _active;
    private CancellationTokenSource? _cancel;

    /// <summary>Puts a run in the queue; null when the queue is full.</summary>
    public RunRecord? Enqueue(RunRequest request, int limit)
    {
        if (store.TryAdd(request, limit) is not { } run) return null;
        log.AnnounceState(run.Id);
        _queued.Release();
        return run;
    }

    /// <summary>Asks a run to end. Durable: a run that was asked stays asked, whatever happens to this process.</summary>
    /// <returns>False when it has ended already, otherwise than by being cancelled.</returns>
    public bool Cancel(RunRecord run)
    {
        if (run.State.IsFinal()) return run.State == RunState.Cancelled;
        using (FileStream mark = File.Create(folders.CancelMark(run.Id))) mark.Flush(flushToDisk: true);
        if (store.TryCancelQueued(run.Id))
        {
            log.AnnounceState(run.Id);
            return true;
        }
        lock (_gate)
        {
            if (_active == run.Id) _cancel!.Cancel();
        }
        return store.Find(run.Id)!.State is var state && (!state.IsFinal() || state == RunState.Cancelled);
    }

    /// <summary>Works until <paramref name="shutdown"/>; the run at hand is left to be carried on by the next start.</summary>
    public async Task WorkAsync(CancellationToken shutdown)
    {
        while (!shutdown.IsCancellationRequested)
        {
            if (store.Unfinished().FirstOrDefault() is { } run)
                await CarryOutAsync(run, shutdown);
            else
                await _queued.WaitAsync(LookEvery, shutdown).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task CarryOutAsync(RunRecord run, CancellationToken shutdown)
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        lock (_gate) (_active, _cancel) = (run.Id, stop);
        try
        {
            if (File.Exists(folders.CancelMark(run.Id))) throw new OperationCanceledException();
            if (run.State != RunState.Queued) Log.RunResumes(logger, run.Id, run.Kind, run.State);
            await execution.CarryOnAsync(run, stop.Token);
        }
        catch (OperationCanceledException) when (File.Exists(folders.CancelMark(run.Id)))
        {
            log.MoveTo(run, RunState.Cancelled);
        }
        catch (OperationCanceledException) when (shutdown.IsCancellationRequested)
        {
            return;
        }
        catch (RunFailedException fault)
        {
            log.MoveTo(run, RunState.Failed, error: fault.Message);
        }
        catch (Exception fault)
        {
            Log.RunFault(logger, run.Id, fault);
            log.MoveTo(run, RunState.Failed, error: $"The run failed ({fault.GetType().Name}); the server's log says why.");
        }
        finally
        {
            lock (_gate) (_active, _cancel) = (null, null);
        }
        folders.Clear(run.Id);
    }
}
