namespace Perennial.Inference.Batching;

/// <summary>Told once for every batch, before its callers get their answers. Must be quick; what it throws is dropped.</summary>
public delegate void BatchObserver(BatchMeasurement batch);

/// <summary>What one batch was and cost.</summary>
public readonly ref struct BatchMeasurement
{
    /// <summary>Images in the batch, 1 to MaxBatch.</summary>
    public required int Size { get; init; }

    /// <summary>How many of them were <see cref="RequestClass.Bulk"/>.</summary>
    public required int Bulk { get; init; }

    /// <summary>Time in the engine.</summary>
    public required TimeSpan Inference { get; init; }

    /// <summary>For each image, the time from its acceptance to the start of the batch.</summary>
    public required ReadOnlySpan<TimeSpan> QueueWaits { get; init; }

    /// <summary>Images that were left waiting when the batch was formed.</summary>
    public required int Waiting { get; init; }

    /// <summary>Whether the engine threw.</summary>
    public required bool Failed { get; init; }
}
