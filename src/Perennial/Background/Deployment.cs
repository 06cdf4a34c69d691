using Perennial.Core.Generations;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;
using Prometheus;

namespace Perennial.Background;

/// <summary>
/// A generation at work: its engines and its batch queue, admitted and warm. Counted: the rollout, each <see cref="ServingPair"/>
/// and each batch of a follower hold one use; when the last one is given back, queue and engines are freed in the background.
/// </summary>
internal sealed class Deployment
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly InteractiveTraffic _traffic;
    private readonly object _name = new();
    private readonly int _share;
    private int _uses = 1;

    private Deployment(AdmittedGeneration generation, BatchPlan plan, ServingOptions options, InteractiveTraffic traffic)
    {
        (Generation, _traffic, _share) = (generation, traffic, options.Batching.InteractivePerBulk);
        BatchObserver? observer = options.ObserverOf?.Invoke(generation.Manifest.Number);
        BatchObserver watch = batch =>
        {
            if (batch.Size > batch.Bulk) traffic.Note(_name);
            observer?.Invoke(batch);
        };
        Embedder = new BatchQueue(options.Batching, generation.Encoder, watch, plan: plan);
    }

    public AdmittedGeneration Generation { get; }

    public GenerationManifest Manifest => Generation.Manifest;

    public BatchQueue Embedder { get; }

    /// <summary>Ends when queue and engines are freed.</summary>
    public Task Freed => _freed.Task;

    /// <summary>
    /// Whether somebody waits for answers of another deployment. The queue of that one knows nothing of this one's work, which would take half of the
    /// machine from it.
    /// </summary>
    public bool IsInTheWay => _traffic.IsOfAnother(_name);

    /// <summary>How long to leave the machine to others after <paramref name="work"/>: as much more as an interactive image has over a bulk one.</summary>
    public TimeSpan PauseAfter(TimeSpan work) => IsInTheWay ? work * _share : TimeSpan.Zero;

    /// <summary>Admits a generation: digests, engines, probes, warm-up.</summary>
    /// <exception cref="AdmissionException">It may not serve; everything is freed.</exception>
    public static async Task<Deployment> AdmitAsync(GenerationFolder folder, ServingOptions options, InteractiveTraffic traffic, CancellationToken cancellationToken)
    {
        using (RunMetrics.SwapSeconds.WithLabels("admit").NewTimer())
        {
            AdmittedGeneration generation = await Task.Run(() => Admit(folder, options, cancellationToken), cancellationToken);
            try
            {
                BatchPlan plan = await Task.Run(() => BatchPlans.For(generation, options.Batching, cancellationToken), cancellationToken);
                return new Deployment(generation, plan, options, traffic);
            }
            catch
            {
                generation.Dispose();
                throw;
            }
        }
    }

    private static AdmittedGeneration Admit(GenerationFolder folder, ServingOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return Admission.Admit(folder, options.Engine, cancellationToken);
        }
        finally
        {
            FreedMemory.Return(); // what loading and probing took, or all of it
        }
    }

    /// <summary>Takes one use; false when it is being freed.</summary>
    public bool TryEnter()
    {
        for (int uses = Volatile.Read(ref _uses); uses > 0; uses = Volatile.Read(ref _uses))
        {
            if (Interlocked.CompareExchange(ref _uses, uses + 1, uses) == uses) return true;
        }
        return false;
    }

    /// <summary>Gives one use back.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _uses) == 0) _ = Task.Run(FreeAsync);
    }

    private async Task FreeAsync()
    {
        try
        {
            await Embedder.DisposeAsync();
            Generation.Dispose();
            FreedMemory.Return();
            _freed.SetResult();
        }
        catch (Exception exception)
        {
            _freed.SetException(exception);
        }
    }
}
