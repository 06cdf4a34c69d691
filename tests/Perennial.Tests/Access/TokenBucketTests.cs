using Perennial.Access;
using Perennial.Inference.Tests.Batching;

namespace Perennial.Tests.Access;

public sealed class TokenBucketTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_full_bucket_gives_its_burst_and_then_one_token_at_a_time()
    {
        TokenBucket bucket = new(perMinute: 30, TimeSpan.FromSeconds(10), _time); // 5 tokens, one in 2 s
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Equal(TimeSpan.Zero, bucket.Take()));
        Assert.Equal(2, bucket.Take().TotalSeconds, 1e-6);
        _time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(0.5, bucket.Take().TotalSeconds, 1e-6);
        _time.Advance(TimeSpan.FromSeconds(0.6));
        Assert.Equal(TimeSpan.Zero, bucket.Take());
        Assert.NotEqual(TimeSpan.Zero, bucket.Take());
    }

    [Fact]
    public void It_never_holds_more_than_its_burst()
    {
        TokenBucket bucket = new(perMinute: 60, TimeSpan.FromSeconds(3), _time);
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => bucket.Take() == TimeSpan.Zero));
    }

    [Fact]
    public void What_is_charged_beyond_it_is_waited_for()
    {
        TokenBucket bucket = new(perMinute: 60, TimeSpan.FromSeconds(10), _time);
        bucket.Charge(70);
        Assert.Equal(61, bucket.Wait().TotalSeconds, 1e-6); // 60 to be even, one more to have one
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(TimeSpan.Zero, bucket.Wait());
    }

    [Fact]
    public void Over_any_length_of_time_no_more_is_given_than_burst_and_rate_allow()
    {
        TokenBucket bucket = new(perMinute: 120, TimeSpan.FromSeconds(5), _time); // 10 tokens, 2 a second
        Random random = new(7);
        double elapsed = 0;
        for (int turn = 0, taken = 0; turn < 5000; turn++)
        {
            double step = random.NextDouble() * 0.4;
            _time.Advance(TimeSpan.FromSeconds(step));
            elapsed += step;
            if (bucket.Take() == TimeSpan.Zero) taken++;
            Assert.True(taken <= 10 + (2 * elapsed), $"{taken} after {elapsed} s");
        }
    }

    [Fact]
    public void The_slowest_rate_still_lets_one_in() => Assert.Equal(TimeSpan.Zero, new TokenBucket(1, TimeSpan.FromSeconds(1), _time).Take());
}
