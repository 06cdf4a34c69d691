using Perennial.Inference.Engines;

namespace Perennial.Inference.Batching;

/// <summary>Runs one batch at a time on the engine and answers its callers, each with its own row or with the engine's failure.</summary>
internal sealed class BatchRunner
{
    private readonly IInferenceEngine _engine;
    private readonly BatchObserver? _observer;
    private readonly TimeProvider _time;
    private readonly float[] _input, _output; // pinned, [MaxBatch, item] and [MaxBatch, D]
    private readonly TimeSpan[] _waits;

    public BatchRunner(IInferenceEngine engine, int maxBatch, BatchObserver? observer, TimeProvider time)
    {
        (_engine, _observer, _time) = (engine, observer, time);
        ItemLength = engine.ItemLength;
        int buffered = maxBatch == 1 ? 0 : maxBatch; // a batch of one needs no buffer
        _input = GC.AllocateUninitializedArray<float>(checked(buffered * ItemLength), pinned: true);
        _output = GC.AllocateUninitializedArray<float>(checked(buffered * engine.Dimensions), pinned: true);
        _waits = new TimeSpan[maxBatch];
    }

    private int ItemLength { get; }

    /// <summary>Never throws. Afterwards every image of the batch is answered and its permit given back.</summary>
    /// <returns>How many were bulk, and the time in the engine.</returns>
    public (int Bulk, TimeSpan Duration) Run(List<PendingImage> batch, int left)
    {
        int n = batch.Count, d = _engine.Dimensions, bulk = 0;
        long formed = _time.GetTimestamp();
        for (int i = 0; i < n; i++)
        {
            _waits[i] = _time.GetElapsedTime(batch[i].Accepted, formed);
            bulk += batch[i].IsBulk ? 1 : 0;
        }
        float[] only = n == 1 ? new float[d] : [];
        long started = formed;
        Exception? failure = null;
        try
        {
            ReadOnlySpan<float> input = n == 1 ? batch[0].Image.Span : Gather(batch); // [n, item]
            started = _time.GetTimestamp();
            _engine.Run(input, n, n == 1 ? only : _output.AsSpan(0, n * d));          // [n, D]
        }
        catch (Exception exception) // whatever it is, it costs this batch and not the queue
        {
            failure = FailureOf(_engine, n, exception);
        }
        TimeSpan duration = _time.GetElapsedTime(started);

        Tell(_observer, new BatchMeasurement { Size = n, Bulk = bulk, Inference = duration, QueueWaits = _waits.AsSpan(0, n), Waiting = left, Failed = failure is not null });
        for (int i = 0; i < n; i++)
        {
            batch[i].Permit.Note(_waits[i], duration);
            batch[i].Permit.Leave();
            if (failure is not null)
                batch[i].SetException(failure);
            else
                batch[i].SetResult(n == 1 ? only : _output.AsSpan(i * d, d).ToArray());
        }
        return (bulk, duration);
    }

    private Span<float> Gather(List<PendingImage> batch)
    {
        for (int i = 0; i < batch.Count; i++)
            batch[i].Image.Span.CopyTo(_input.AsSpan(i * ItemLength, ItemLength));
        return _input.AsSpan(0, batch.Count * ItemLength);
    }

    /// <summary>What callers are told of a failure in the engine.</summary>
    public static EngineException FailureOf(IInferenceEngine engine, int n, Exception exception) =>
        exception as EngineException ?? new EngineException($"The engine {engine.Name} failed on a batch of {n}: {exception.Message}", exception);

    /// <summary>Calls an observer, whose faults must not cost answers.</summary>
    public static void Tell(BatchObserver? observer, BatchMeasurement batch)
    {
        try
        {
            observer?.Invoke(batch);
        }
        catch (Exception)
        {
        }
    }
}
