using Perennial.Learning.Networks;

namespace Perennial.Learning.Pretraining;

/// <summary>A finished run.</summary>
/// <param name="Encoder">In evaluation mode; the caller disposes it.</param>
/// <param name="Last">The state at the end.</param>
/// <param name="BestKnn">The highest kNN accuracy on the way (optimistic: it was looked for); null without labels.</param>
/// <param name="Duration">Of this process's part of the run.</param>
public sealed record PretrainOutcome(Encoder Encoder, TrainingProgress Last, double? BestKnn, TimeSpan Duration) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Encoder.Dispose();
}
