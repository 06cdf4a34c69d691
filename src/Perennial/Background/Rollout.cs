using System.Diagnostics;
using Perennial.Core.Corpus;
using Perennial.Core.Generations;
using Perennial.Core.Search;
using Perennial.Inference.Engines;

namespace Perennial.Background;

/// <summary>
/// Which generations are at work: the one that serves, the one before it (kept warm and followed, so that a rollback is one exchange), and candidates.
/// A promotion is durable in the catalogue before the slot is exchanged, so a crash at any moment leaves either the old or the new pair.
/// </summary>
internal sealed class Rollout(
    Serving serving, PromotionRecord record, ImageCorpus corpus, IVectorIndex index, ServingOptions options, CorpusSignal signal, ILogger<Rollout> log)
    : IAsyncDisposable
{
    private static readonly TimeSpan TimeToClose = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _gate = new(1);
    private readonly InteractiveTraffic _traffic = new();
    private readonly Dictionary<string, EmbeddingSpace> _spaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task> _closing = new(StringComparer.Ordinal);
    private StagedGeneration? _current;
    private StagedGeneration? _retained;
    private bool _stopped;

    /// <summary>The generation that serves; null without one.</summary>
    public StagedGeneration? Current => Volatile.Read(ref _current);

    /// <summary>The generation that served before and is kept ready, so that going back to it is one exchange; null without one.</summary>
    public StagedGeneration? Retained => Volatile.Read(ref _retained);

    /// <summary>Admits a generation, opens its collection and lets it follow the corpus. It serves nobody yet: promote or discard it.</summary>
    /// <exception cref="Inference.Swapping.AdmissionException">It may not serve.</exception>
    public async Task<StagedGeneration> StageAsync(GenerationFolder folder, CancellationToken cancellationToken)
    {
        Deployment deployment = await Deployment.AdmitAsync(folder, options, _traffic, cancellationToken);
        Tell(folder.Number, deployment.Generation.Engine.PassedOver);
        try
        {
            using (await EnterAsync(cancellationToken))
            {
                string digest = deployment.Manifest.Digest;
                if (_spaces.TryGetValue(digest, out EmbeddingSpace? space))
                {
                    space.Join(deployment);
                    return new StagedGeneration(deployment, space);
                }
                if (_closing.Remove(digest, out Task? closing)) await closing;
                space = await EmbeddingSpace.OpenAsync(deployment, corpus, index, signal, log, cancellationToken);
                _spaces.Add(digest, space);
                return new StagedGeneration(deployment, space);
            }
        }
        catch
        {
            deployment.Leave();
            throw;
        }
    }

    /// <summary>Lets a staged generation serve what the durable record names already: at start.</summary>
    public async Task ResumeAsync(StagedGeneration current, StagedGeneration? retained)
    {
        using (await EnterAsync(CancellationToken.None))
        {
            Exchange(current);
            Volatile.Write(ref _retained, retained);
        }
    }

    /// <summary>Makes a staged generation serve. The one before it is kept ready; the one before that is let go, with its vectors.</summary>
    public async Task PromoteAsync(StagedGeneration candidate, CancellationToken cancellationToken)
    {
        using (await EnterAsync(cancellationToken))
        {
            StagedGeneration? oldest = _retained;
            Flip(candidate);
            if (oldest is not null && oldest != candidate) Release(oldest);
        }
    }

    /// <summary>Brings back the generation before, at once; the one that served is kept ready in its place, so that a second call undoes the first. Null when there is none.</summary>
    /// <param name="expected">Only if it is this one that is kept ready; null: whichever.</param>
    /// <param name="cancellationToken">Ends the wait for a change at hand.</param>
    public async Task<Promotion?> RollbackAsync(int? expected, CancellationToken cancellationToken)
    {
        using (await EnterAsync(cancellationToken))
        {
            if (_retained is not { } back || (expected ?? back.Number) != back.Number) return null;
            Flip(back);
            return record.Current;
        }
    }

    /// <summary>Lets a candidate go; its vectors too, unless another generation at work shares them.</summary>
    public async Task DiscardAsync(StagedGeneration candidate)
    {
        using (await EnterAsync(CancellationToken.None)) Release(candidate);
    }

    /// <summary>Stops all followers, waits for the requests at hand and closes everything; all vectors stay. What comes later is refused as cancelled.</summary>
    /// <param name="patience">Ends the wait; what is open then is closed by the end of the process, which loses nothing.</param>
    public async Task StopAsync(CancellationToken patience)
    {
        await _gate.WaitAsync(CancellationToken.None);
        using Exit exit = new(_gate);
        if (_stopped) return;
        _stopped = true;
        serving.Exchange(null);
        Task[] closing = [.. _spaces.Values.Select(space => space.CloseAllAsync()), .. _closing.Values];
        await Task.WhenAll(closing).WaitAsync(patience).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>As <see cref="StopAsync"/>, for a host that never came as far as being stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource patience = new(TimeToClose);
        await StopAsync(patience.Token);
    }

    /// <exception cref="OperationCanceledException">Cancelled, or stopped.</exception>
    private async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        if (!_stopped) return new Exit(_gate);
        _gate.Release();
        throw new OperationCanceledException("The server stops.");
    }

    // Durable first, visible second: a crash in between leaves the next start to serve what the record says.
    private void Flip(StagedGeneration next)
    {
        long started = Stopwatch.GetTimestamp();
        record.Promote(next.Number);
        StagedGeneration? before = _current;
        Exchange(next);
        Volatile.Write(ref _retained, before);
        RunMetrics.SwapSeconds.WithLabels("flip").Observe(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private void Exchange(StagedGeneration next)
    {
        serving.Exchange(next.Space.Pair(next.Deployment));
        Volatile.Write(ref _current, next);
        EngineChoice engine = next.Deployment.Generation.Engine;
        RunMetrics.Serves(next.Deployment.Generation);
        Log.Serves(log, next.Number, next.Manifest.Digest, engine.Kind, engine.Precision, engine.Device);
    }

    private void Tell(int generation, IEnumerable<EngineRefusal> passedOver)
    {
        foreach (EngineRefusal refusal in passedOver)
        {
            if (refusal.Precision is { } precision) Log.EngineFailed(log, refusal.Kind, generation, precision, refusal.Reason);
            else Log.EngineAbsent(log, refusal.Kind, generation, refusal.Reason);
        }
    }

    private void Release(StagedGeneration staged)
    {
        if (!staged.Space.Remove(staged.Deployment)) return;
        _spaces.Remove(staged.Space.Digest);
        _closing[staged.Space.Digest] = CloseAsync(staged.Space);
    }

    private async Task CloseAsync(EmbeddingSpace space)
    {
        try
        {
            await space.CloseAsync(drop: true);
            Log.CollectionRemoved(log, space.Digest);
        }
        catch (Exception fault)
        {
            Log.ClosingFault(log, space.Digest, fault);
        }
    }

    private sealed class Exit(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
