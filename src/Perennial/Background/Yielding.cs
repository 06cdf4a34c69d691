namespace Perennial.Background;

/// <summary>
/// Live requests before learning. While a learner is at work and requests may take longer than the budget because of it, it stands still for as long as
/// one is being answered, whatever it does (decoding, training, measuring, exporting), and goes on between them; without traffic it is never touched.
/// </summary>
/// <remarks>
/// A learner starts the careful way, unless the budget is wide. Now and then a request is a scout: the learner goes on beside it. When enough scouts stay clearly within
/// the budget nobody is yielded to any more, until the p99 is over it again. When requests take too long although the learner stands still for each,
/// it also stays still for a while after each (<c>linger</c>), and longer and longer.
/// </remarks>
internal sealed class Yielding(TimeProvider time)
{
    private const int ScoutEvery = 200, EnoughScouts = 20, FewestOver = 3;
    private const double ClearlyWithin = 0.8; // of the budget: what separates going back to full speed from staying there

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250), AdaptEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestLinger = TimeSpan.FromMilliseconds(2), LongestLinger = TimeSpan.FromMilliseconds(256);

    /// <summary>However dense the traffic, the learner has this much of each period, so that its run ends some time.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5), LeastRun = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly LatencyBudget _budget = new(time);
    private readonly LatencyWindow _recent = new(1000, TimeSpan.FromSeconds(10), time), _scouts = new(200, TimeSpan.FromMinutes(5), time);
    private LearnerWatch? _learner;
    private int _live, _yieldedTo, _asked;
    private bool _yields, _still;
    private long _stillSince, _lingerUntil, _runUntil, _adapted, _period;
    private TimeSpan _linger, _stillInPeriod;

    /// <summary>Requests being answered now.</summary>
    public int Live => Volatile.Read(ref _live);

    /// <summary>Whether the learner stands still for requests, as opposed to working on beside them.</summary>
    public bool Yields => Volatile.Read(ref _yields);

    /// <summary>A request takes its generation. End it.</summary>
    public LiveRequest Enter()
    {
        lock (_gate)
        {
            _live++;
            bool yieldedTo = _learner is not null && _yields && (_still || ++_asked % ScoutEvery != 0);
            LiveRequest request = new(this, yieldedTo, exposed: _learner is not null && !yieldedTo);
            if (yieldedTo)
            {
                _yieldedTo++;
                Act();
            }
            return request;
        }
    }

    internal void Leave(LiveRequest request, TimeSpan took)
    {
        lock (_gate)
        {
            _live--;
            if (request.YieldedTo)
            {
                _yieldedTo--;
                _lingerUntil = After(_linger);
            }
            bool beside = request.Exposed && !_still;
            _budget.Add(took.TotalMilliseconds, quiet: _learner is null, shielded: request.YieldedTo);
            if (_learner is null) return;
            _recent.Add(took.TotalMilliseconds);
            if (beside) _scouts.Add(took.TotalMilliseconds);
            Act();
        }
    }

    /// <summary>A learner is at work until what is returned is disposed; it is going on then.</summary>
    /// <param name="learner">Can be made to stand still.</param>
    /// <param name="budget">The p99 that requests may have, ms; null: twice what it was when no learner was at work.</param>
    /// <param name="note">Told in a sentence when it first stands still, and at the end for how long it did.</param>
    public IDisposable Watch(IHeldProcess learner, Func<double?> budget, Action<string> note)
    {
        lock (_gate)
        {
            LearnerWatch watch = new(learner, budget, note, time.CreateTimer(_ => Look(), null, LookEvery, Timeout.InfiniteTimeSpan), Unwatch);
            (_learner, _yields, _linger) = (watch, !_budget.IsWide(budget()), ShortestLinger);
            (_adapted, _period, _stillInPeriod) = (time.GetTimestamp(), time.GetTimestamp(), TimeSpan.Zero);
            _recent.Clear();
            _scouts.Clear();
            return watch;
        }
    }

    private void Unwatch(LearnerWatch watch)
    {
        lock (_gate)
        {
            if (_learner != watch) return;
            if (_still) Go(watch);
            _learner = null;
            Volatile.Write(ref _yields, false);
        }
        watch.Conclude();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_learner is not { } learner) return;
            if (time.GetElapsedTime(_adapted) >= AdaptEvery) Adapt(_budget.Milliseconds(learner.Budget()));
            if (time.GetElapsedTime(_period) >= Period) GrantLeast(learner);
            Act();
        }
    }

    private void Adapt(double budget)
    {
        _adapted = time.GetTimestamp();
        RunMetrics.LatencyBudgetSeconds.Set(budget / 1000);
        int over = _recent.Over(budget), count = _recent.Count;
        bool isOver = over >= FewestOver && over > 0.01 * count; // more than one in a hundred: the p99 is over it
        if (!_yields)
        {
            if (!isOver) return;
            Volatile.Write(ref _yields, true);
            _scouts.Clear();
            _recent.Clear();
        }
        else if (_scouts.Count is >= EnoughScouts and var scouts && _scouts.Over(ClearlyWithin * budget) <= 0.01 * scouts)
        {
            Volatile.Write(ref _yields, false);
            _linger = ShortestLinger;
            _recent.Clear();
        }
        else if (isOver)
        {
            _linger = Min(2 * _linger, LongestLinger);
            _recent.Clear();
        }
        else if (_recent.Over(ClearlyWithin * budget) <= 0.01 * count)
        {
            _linger = Max(_linger / 2, ShortestLinger);
        }
    }

    private void GrantLeast(LearnerWatch learner)
    {
        if (_still) Count(learner);
        if (time.GetElapsedTime(_period) - _stillInPeriod < 2 * LeastRun) _runUntil = After(LeastRun); // what was granted before is in it
        (_period, _stillInPeriod) = (time.GetTimestamp(), TimeSpan.Zero);
    }

    /// <summary>Makes the learner do what the moment asks for, and looks again when that changes by itself.</summary>
    private void Act()
    {
        if (_learner is not { } learner) return;
        long now = time.GetTimestamp();
        bool still = _yields && now >= _runUntil && (_yieldedTo > 0 || now < _lingerUntil);
        if (still && !_still)
        {
            (_still, _stillSince) = (true, now);
            learner.Stop();
        }
        else if (!still && _still)
        {
            Go(learner);
        }
        TimeSpan next = _still && _yieldedTo == 0 ? Until(_lingerUntil) : now < _runUntil ? Until(_runUntil) : LookEvery;
        learner.LookAgainIn(Min(next, LookEvery));
    }

    private void Go(LearnerWatch learner)
    {
        learner.Continue();
        Count(learner);
        _still = false;
    }

    private void Count(LearnerWatch learner)
    {
        TimeSpan stood = time.GetElapsedTime(_stillSince);
        _stillSince = time.GetTimestamp();
        _stillInPeriod += stood;
        learner.StoodStill(stood);
    }

    private long After(TimeSpan span) => time.GetTimestamp() + (long)(span.TotalSeconds * time.TimestampFrequency);

    private TimeSpan Until(long at) => TimeSpan.FromSeconds(Math.Max(0.001, (double)(at - time.GetTimestamp()) / time.TimestampFrequency));

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
