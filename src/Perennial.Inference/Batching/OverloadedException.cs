namespace Perennial.Inference.Batching;

/// <summary>All permits are held, so the request was refused before any work was done for it.</summary>
public sealed class OverloadedException(TimeSpan retryAfter)
    : Exception($"All permits of the inference queue are held; try again in {Math.Max(1, Math.Ceiling(retryAfter.TotalSeconds)):F0} s.")
{
    /// <summary>Estimated time until what is accepted now is done, from the recent time per image; above zero.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
