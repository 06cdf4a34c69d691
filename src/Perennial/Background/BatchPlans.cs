using System.Collections.Concurrent;
using Perennial.Core.Generations;
using Perennial.Inference.Batching;
using Perennial.Inference.Swapping;

namespace Perennial.Background;

/// <summary>The batch plans that were measured in this process, one a kind of network and engine: a swap to newer weights measures nothing anew beside live traffic.</summary>
internal static class BatchPlans
{
    private static readonly ConcurrentDictionary<(BackboneDescription Backbone, int Size, string Engine, BatchQueueOptions Options), BatchPlan> Measured = new();

    public static BatchPlan For(AdmittedGeneration generation, BatchQueueOptions options, CancellationToken cancellationToken)
    {
        GenerationManifest manifest = generation.Manifest;
        return Measured.GetOrAdd((manifest.Backbone, manifest.Preprocessing.Size, generation.Encoder.Name, options), _ => BatchTuner.Tune(generation.Encoder, options, cancellationToken));
    }
}
