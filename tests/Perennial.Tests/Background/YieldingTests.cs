using Perennial.Background;

namespace Perennial.Tests.Background;

/// <summary>When a learner stands still, on a clock that is moved by hand.</summary>
public sealed class YieldingTests
{
    private readonly SteppedClock _clock = new();
    private readonly Learner _learner = new();
    private readonly List<string> _notes = [];
    private readonly Yielding _yielding;

    public YieldingTests() => _yielding = new Yielding(_clock);

    [Fact]
    public void It_stands_still_while_a_request_is_answered_and_goes_on_a_moment_after()
    {
        using IDisposable watch = Watch();
        LiveRequest one = _yielding.Enter(), other = _yielding.Enter();
        Assert.True(_learner.Still);
        one.End(Ms(3));
        _clock.Advance(Ms(100));
        Assert.True(_learner.Still); // the other one is not answered yet
        other.End(Ms(3));
        Assert.True(_learner.Still);
        _clock.Advance(Ms(5));
        Assert.False(_learner.Still);
    }

    [Fact]
    public void Without_requests_it_is_never_touched()
    {
        using (Watch()) _clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _learner.Stops);
        Assert.Empty(_notes);
    }

    [Fact]
    public void A_request_that_ends_twice_counts_once()
    {
        using IDisposable watch = Watch();
        LiveRequest one = _yielding.Enter();
        LiveRequest other = _yielding.Enter();
        one.End(Ms(1));
        one.End(Ms(1));
        _clock.Advance(Ms(50));
        Assert.Equal(1, _yielding.Live);
        Assert.True(_learner.Still);
        other.End(Ms(1));
        Assert.Equal(0, _yielding.Live);
    }

    [Fact]
    public void It_goes_on_when_it_is_no_longer_watched_and_says_for_how_long_it_stood()
    {
        IDisposable watch = Watch();
        LiveRequest request = _yielding.Enter();
        _clock.Advance(TimeSpan.FromSeconds(3));
        watch.Dispose();
        Assert.False(_learner.Still);
        Assert.Contains(_notes, note => note.Contains("stood still for 3.0 s", StringComparison.Ordinal));
        request.End(Ms(3000));
        _yielding.Enter().End(Ms(1));
        Assert.False(_learner.Still);
    }

    [Fact]
    public void Traffic_without_a_gap_leaves_it_a_hundredth_of_the_time()
    {
        using IDisposable watch = Watch();
        LiveRequest endless = _yielding.Enter();
        TimeSpan ran = TimeSpan.Zero;
        for (int i = 0; i < 60_000; i++)
        {
            _clock.Advance(Ms(1));
            if (!_learner.Still) ran += Ms(1);
        }
        endless.End(TimeSpan.FromMinutes(1));
        Assert.InRange(ran, TimeSpan.FromSeconds(0.4), TimeSpan.FromSeconds(0.9)); // of 60 s
    }

    [Fact]
    public void When_scouts_stay_within_the_budget_nobody_is_yielded_to_until_requests_are_over_it_again()
    {
        using IDisposable watch = Watch(budget: 10);
        Ask(6_000, took: 4);
        Assert.False(_yielding.Yields);
        int stops = _learner.Stops;
        Ask(500, took: 4);
        Assert.Equal(stops, _learner.Stops);
        Ask(100, took: 14);
        _clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True(_yielding.Yields);
        Ask(10, took: 4);
        Assert.True(_learner.Stops > stops);
    }

    [Fact]
    public void Scouts_that_are_over_the_budget_keep_it_yielding()
    {
        using IDisposable watch = Watch(budget: 10);
        for (int i = 0; i < 6_000; i++)
        {
            LiveRequest request = _yielding.Enter();
            bool beside = !_learner.Still;
            _clock.Advance(Ms(1));
            request.End(Ms(beside ? 15 : 4));
            _clock.Advance(Ms(19));
        }
        Assert.True(_yielding.Yields);
    }

    [Fact]
    public void A_wide_budget_lets_it_work_on_beside_requests_from_the_beginning()
    {
        Ask(200, took: 4);
        using IDisposable watch = Watch(budget: 100);
        Ask(200, took: 8);
        Assert.Equal(0, _learner.Stops);
    }

    [Theory]
    [InlineData(0, 4.0, 50.0)]    // nothing is known
    [InlineData(200, 4.0, 8.0)]   // twice the quiet p99
    [InlineData(200, 1.0, 5.0)]   // but never so little
    public void The_budget_is_twice_the_quiet_p99(int requests, double took, double budget)
    {
        LatencyBudget own = new(_clock);
        for (int i = 0; i < requests; i++) own.Add(took, quiet: true, shielded: false);
        own.Add(1000, quiet: false, shielded: requests > 0); // beside a learner: says nothing about quiet times
        Assert.Equal(budget, own.Milliseconds(null));
        Assert.Equal(123, own.Milliseconds(123));
    }

    private IDisposable Watch(double? budget = null) => _yielding.Watch(_learner, () => budget, note =>
    {
        lock (_notes) _notes.Add(note);
    });

    /// <summary>Fifty requests a second, one after the other.</summary>
    private void Ask(int requests, double took)
    {
        for (int i = 0; i < requests; i++)
        {
            LiveRequest request = _yielding.Enter();
            _clock.Advance(Ms(1));
            request.End(Ms(took));
            _clock.Advance(Ms(19));
        }
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private sealed class Learner : IHeldProcess
    {
        public bool Still { get; private set; }

        public int Stops { get; private set; }

        public void Stop() => (Still, Stops) = (true, Stops + 1);

        public void Continue() => Still = false;
    }
}
