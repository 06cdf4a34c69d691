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
    private int _uses = 1;

    private Deployment(AdmittedGeneration generation, BatchQueue embedder) => (Generation, Embedder) = (generation, embedder);

    public AdmittedGeneration Generation { get; }

    public GenerationManifest Manifest => Generation.Manifest;

    public BatchQueue Embedder { get; }

    /// <summary>Ends when queue and engines are freed.</summary>
    public Task Freed => _freed.Task;

    /// <summary>Admits a generation: digests, engines, probes, warm-up.</summary>
    /// <exception cref="AdmissionException">It may not serve; everything is freed.</exception>
    public static async Task<Deployment> AdmitAsync(GenerationFolder folder, ServingOptions options, CancellationToken cancellationToken)
    {
        using (RunMetrics.SwapSeconds.WithLabels("admit").NewTimer())
        {
            AdmittedGeneration generation = await Task.Run(() => Admission.Admit(folder, options.Engine, cancellationToken), cancellationToken);
            try
            {
                BatchPlan plan = await Task.Run(() => BatchPlans.For(generation, options.Batching, cancellationToken), cancellationToken);
                return new Deployment(generation, new BatchQueue(options.Batching, generation.Encoder, options.ObserverOf?.Invoke(generation.Manifest.Number), plan: plan));
            }
            catch
            {
                generation.Dispose();
                throw;
            }
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
            _freed.SetResult();
        }
        catch (Exception exception)
        {
            _freed.SetException(exception);
        }
    }
}
