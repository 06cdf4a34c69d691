using Perennial.Inference.Engines;

namespace Perennial.Inference.Batching;

/// <summary>Runs single images on the threads of their callers. Any number of threads at once.</summary>
internal sealed class LoneRunner(IInferenceEngine engine, BatchObserver? observer, TimeProvider time)
{
    /// <summary>Never throws.</summary>
    /// <param name="image">[3, S, S]</param>
    /// <param name="bulk">Whether it is <see cref="RequestClass.Bulk"/>.</param>
    /// <param name="embedding">[D]; means nothing after a failure.</param>
    /// <param name="duration">Time in the engine.</param>
    /// <returns>Why it failed, or null.</returns>
    public Exception? Run(ReadOnlySpan<float> image, bool bulk, out float[] embedding, out TimeSpan duration)
    {
        embedding = new float[engine.Dimensions];
        Exception? failure = null;
        long started = time.GetTimestamp();
        try
        {
            engine.Run(image, 1, embedding);
        }
        catch (Exception exception)
        {
            failure = BatchRunner.FailureOf(engine, 1, exception);
        }
        duration = time.GetElapsedTime(started);
        ReadOnlySpan<TimeSpan> waits = [TimeSpan.Zero];
        BatchRunner.Tell(observer, new BatchMeasurement { Size = 1, Bulk = bulk ? 1 : 0, Inference = duration, QueueWaits = waits, Waiting = 0, Failed = failure is not null });
        return failure;
    }
}
