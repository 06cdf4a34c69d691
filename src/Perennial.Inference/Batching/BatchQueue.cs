using Perennial.Inference.Engines;

namespace Perennial.Inference.Batching;

/// <summary>
/// Turns single images from many callers into batches for one engine. A bounded number is accepted (permits), the rest is
/// refused at once; the lanes of the <see cref="BatchPlan"/>, a thread each, run batch after batch.
/// </summary>
/// <remarks>
/// When a batch is run: as soon as a lane is free and somebody waits, with all who wait, up to MaxBatch; idle lanes share what waits. Under load the
/// next batch fills by itself while others are running. The one exception is a pause of at most MaxDelay right after a batch
/// larger than what waits now, in which its callers may come back (<see cref="GatherWindow"/>); a lone caller, a queue that is
/// long enough and an engine that was idle never wait.
/// Who is in it: interactive first, but of every <c>InteractivePerBulk + 1</c> images one is bulk while both wait; for one second
/// after the last interactive image, a batch of bulk alone is kept to that share of MaxBatch, because whoever comes next waits for it.
/// Memory: an input and an output buffer of MaxBatch images a lane, pinned, for the life of the queue; a batch of one is run on the
/// caller's memory. The queue does not own the engine; dispose the queue first.
/// </remarks>
public sealed class BatchQueue : IAsyncDisposable
{
    private static readonly TimeSpan Unmeasured = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan SoonestRetry = TimeSpan.FromMilliseconds(10);

    private readonly PermitPool _permits;
    private readonly WaitingLine _line;
    private readonly TimeProvider _time;
    private readonly LoneRunner _alone;
    private readonly int _imageLength;
    private readonly Action<object?, CancellationToken> _giveUp;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _lanes;
    private int _working;
    private double _secondsPerImage; // moving average of all lanes together; 0 before the first batch

    /// <param name="options">Validated here.</param>
    /// <param name="engine">An encoder, used by this queue alone from now on.</param>
    /// <param name="observer">Told of every batch.</param>
    /// <param name="time">Clock of the measurements.</param>
    /// <param name="plan">What was measured for this engine; null: one lane, and batch and delay as the options say.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public BatchQueue(BatchQueueOptions options, IInferenceEngine engine, BatchObserver? observer = null, TimeProvider? time = null, BatchPlan? plan = null)
    {
        options.Validate();
        plan ??= BatchPlan.Of(options);
        _time = time ?? TimeProvider.System;
        _permits = new PermitPool(options.Permits, options.BulkLimit);
        _line = new WaitingLine(plan, options.InteractivePerBulk, _time);
        _alone = new LoneRunner(engine, observer, _time);
        _imageLength = engine.ItemLength;
        _giveUp = (image, token) => GiveUp((PendingImage)image!, token);
        _lanes = _working = plan.Lanes;
        BatchRunner[] runners = [.. Enumerable.Range(0, _lanes).Select(_ => new BatchRunner(engine, plan.MaxBatch, observer, _time))];
        foreach (BatchRunner runner in runners)
            new Thread(() => Work(runner)) { IsBackground = true, Name = $"batches {engine.Name}" }.Start();
    }

    /// <summary>Images accepted and not yet answered, or for which a permit is held.</summary>
    public int Accepted => _permits.Held;

    /// <summary>Images that wait for their batch.</summary>
    public int Waiting => _line.Count;

    /// <summary>Takes places for a request of several images, or of one that is still to be decoded; pass the permit along with each of them.</summary>
    /// <param name="requestClass">Who waits for the answers.</param>
    /// <param name="images">At least 1. More than all permits together are let in when the queue is empty.</param>
    /// <exception cref="OverloadedException">Not enough permits are free.</exception>
    public Permit Reserve(RequestClass requestClass, int images = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        return _permits.TryTake(requestClass, images) ?? throw Overloaded();
    }

    /// <summary>Embeds one image.</summary>
    /// <param name="image">[3, S, S] in [0, 1]; must not change before the task has ended.</param>
    /// <param name="requestClass">Who waits for the answer.</param>
    /// <param name="cancellationToken">Leaves the queue, if the image is not in a running batch yet.</param>
    /// <returns>[D], the caller's own.</returns>
    /// <exception cref="OverloadedException">No permit is free; nothing was done.</exception>
    /// <exception cref="EngineException">The engine failed on this image's batch.</exception>
    /// <exception cref="ObjectDisposedException">The queue is disposed.</exception>
    /// <exception cref="ArgumentException">The image has another length.</exception>
    public ValueTask<float[]> EmbedAsync(ReadOnlyMemory<float> image, RequestClass requestClass, CancellationToken cancellationToken)
    {
        if (_permits.TryTake(requestClass, 1) is not { } permit)
            return ValueTask.FromException<float[]>(Overloaded());
        using (permit)
            return EmbedAsync(image, permit, cancellationToken);
    }

    /// <summary>As <see cref="EmbedAsync(ReadOnlyMemory{float}, RequestClass, CancellationToken)"/>, on places taken before with <see cref="Reserve"/>; never overloaded.</summary>
    /// <exception cref="InvalidOperationException">As many images as the permit is for are in the queue.</exception>
    public ValueTask<float[]> EmbedAsync(ReadOnlyMemory<float> image, Permit permit, CancellationToken cancellationToken)
    {
        if (image.Length != _imageLength)
            throw new ArgumentException($"An image has {_imageLength} floats here, not {image.Length}.", nameof(image));
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<float[]>(cancellationToken);
        permit.Enter();
        var pending = new PendingImage(image, permit, _time.GetTimestamp());
        pending.Cancellation = cancellationToken.UnsafeRegister(_giveUp, pending);
        if (!_line.TryAdd(pending))
        {
            pending.Cancellation.Unregister();
            permit.Leave();
            return ValueTask.FromException<float[]>(new ObjectDisposedException(nameof(BatchQueue)));
        }
        if (cancellationToken.IsCancellationRequested)
            GiveUp(pending, cancellationToken); // cancelled between registering and adding
        return new ValueTask<float[]>(pending.Task);
    }

    /// <summary>
    /// As <see cref="EmbedAsync(ReadOnlyMemory{float}, Permit, CancellationToken)"/>; where a lane is free and nobody waits, the image is run on the calling thread, which spares two
    /// hand-overs between threads. For a caller that has nothing else to do meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">As many images as the permit is for are in the queue.</exception>
    public ValueTask<float[]> EmbedHereAsync(ReadOnlyMemory<float> image, Permit permit, CancellationToken cancellationToken)
    {
        if (image.Length != _imageLength || cancellationToken.IsCancellationRequested)
            return EmbedAsync(image, permit, cancellationToken);
        permit.Enter();
        if (!_line.TryStart())
        {
            permit.Leave();
            return EmbedAsync(image, permit, cancellationToken);
        }
        Exception? failure = _alone.Run(image.Span, permit.Class == RequestClass.Bulk, out float[] embedding, out TimeSpan duration);
        permit.Note(TimeSpan.Zero, duration);
        permit.Leave();
        Ended(1, permit.Class == RequestClass.Bulk ? 1 : 0, duration);
        return failure is null ? new ValueTask<float[]>(embedding) : ValueTask.FromException<float[]>(failure);
    }

    /// <summary>Accepts nothing more, answers what was accepted, and ends.</summary>
    public ValueTask DisposeAsync()
    {
        _line.Close();
        return new ValueTask(_ended.Task);
    }

    private void Work(BatchRunner runner)
    {
        List<PendingImage> batch = [];
        while (_line.TryTake(batch, out int left))
        {
            foreach (PendingImage image in batch)
                image.Cancellation.Unregister();
            (int bulk, TimeSpan duration) = runner.Run(batch, left);
            Ended(batch.Count, bulk, duration);
            batch.Clear();
        }
        if (Interlocked.Decrement(ref _working) == 0)
            _ended.SetResult();
    }

    private void Ended(int size, int bulk, TimeSpan duration)
    {
        double seconds = duration.TotalSeconds / size / _lanes;
        Volatile.Write(ref _secondsPerImage, _secondsPerImage == 0 ? seconds : 0.8 * _secondsPerImage + 0.2 * seconds);
        _line.BatchEnded(size, bulk, duration);
        _line.Leave();
    }

    private void GiveUp(PendingImage image, CancellationToken token)
    {
        if (!_line.TryRemove(image))
            return;
        image.Permit.Leave();
        image.TrySetCanceled(token);
    }

    private OverloadedException Overloaded()
    {
        double perImage = Volatile.Read(ref _secondsPerImage);
        TimeSpan estimate = perImage == 0 ? Unmeasured : TimeSpan.FromSeconds(perImage * _permits.Held);
        return new OverloadedException(estimate < SoonestRetry ? SoonestRetry : estimate);
    }
}
