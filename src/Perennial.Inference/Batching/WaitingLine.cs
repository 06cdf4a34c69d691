namespace Perennial.Inference.Batching;

/// <summary>
/// Accepted images in order of arrival, one line a class, and the rules by which they leave it in batches. Any thread adds and
/// removes; the lanes' threads take, and share what waits: two idle lanes and eight images make two batches of four.
/// </summary>
internal sealed class WaitingLine(BatchPlan plan, int interactivePerBulk, TimeProvider time)
{
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly LinkedList<PendingImage> _interactive = new(), _bulk = new();
    private readonly FairShare _share = new(plan.MaxBatch, interactivePerBulk);
    private readonly GatherWindow _window = new(plan.MaxBatch, plan.MaxDelay);
    private long _arrivals;
    private long _lastBatch;
    private long? _lastInteractive;
    private int _running; // batches under way, at most plan.Lanes
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate)
                return Waiting;
        }
    }

    private int Waiting => _interactive.Count + _bulk.Count;

    /// <summary>Adds at the end of its class's line; false once the line is closed.</summary>
    public bool TryAdd(PendingImage image)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            (image.IsBulk ? _bulk : _interactive).AddLast(image.Place);
            _arrivals++;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Takes out an image whose caller gave up; false when it is in a batch already, or was taken out before.</summary>
    public bool TryRemove(PendingImage image)
    {
        lock (_gate)
        {
            if (image.Place.List is not { } line)
                return false;
            line.Remove(image.Place);
            return true;
        }
    }

    /// <summary>Waits for images and moves the next batch into <paramref name="batch"/>, interactive ones first; false when the line is closed and empty and no batch is under way.</summary>
    public bool TryTake(List<PendingImage> batch, out int left)
    {
        lock (_gate)
        {
            left = 0;
            do
            {
                while (Waiting == 0 || _running == plan.Lanes)
                {
                    if (_closed && Waiting == 0 && _running == 0)
                        return false;
                    Monitor.Wait(_gate);
                }
                Gather();
            }
            while (Waiting == 0 || _running == plan.Lanes); // all of them gave up meanwhile, or a caller took the lane
            bool lately = _lastInteractive is { } at && time.GetElapsedTime(at) < Lately;
            int free = plan.Lanes - _running++; // lanes that share what waits
            int most = Math.Min(plan.MaxBatch, (Waiting + free - 1) / free);
            (int interactive, int bulk) = _share.Divide(_interactive.Count, _bulk.Count, lately, most);
            Move(_interactive, interactive, batch);
            Move(_bulk, bulk, batch);
            left = Waiting;
            if (left > 0 && free > 1)
                Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Takes a lane for a caller that runs its image itself; false when somebody waits or no lane is free.</summary>
    public bool TryStart()
    {
        lock (_gate)
        {
            if (_closed || Waiting > 0 || _running == plan.Lanes)
                return false;
            _running++;
            return true;
        }
    }

    /// <summary>What a batch was; to be called when it has ended, before its lane is given back.</summary>
    public void BatchEnded(int size, int bulk, TimeSpan duration)
    {
        lock (_gate)
        {
            _window.BatchEnded(size, duration);
            _lastBatch = time.GetTimestamp();
            if (size > bulk)
                _lastInteractive = _lastBatch;
        }
    }

    /// <summary>Gives back the lane of a batch that has ended.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            if (_closed)
                Monitor.PulseAll(_gate);
            else if (Waiting > 0)
                Monitor.Pulse(_gate);
        }
    }

    /// <summary>Takes no more images; those that wait are still handed out, without further waiting.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Gather()
    {
        TimeSpan window = _window.Open(Waiting, time.GetElapsedTime(_lastBatch));
        if (window == TimeSpan.Zero || _closed)
            return;
        long opened = time.GetTimestamp(), before = _arrivals;
        TimeSpan left = window;
        bool woken = true;
        while (woken && !_closed && Waiting < _window.Enough && left > TimeSpan.Zero)
        {
            woken = Monitor.Wait(_gate, (int)Math.Ceiling(left.TotalMilliseconds));
            left = window - time.GetElapsedTime(opened);
        }
        _window.Closed(fruitful: _arrivals > before);
    }

    private static void Move(LinkedList<PendingImage> line, int count, List<PendingImage> batch)
    {
        for (; count > 0; count--)
        {
            batch.Add(line.First!.Value);
            line.RemoveFirst();
        }
    }
}
