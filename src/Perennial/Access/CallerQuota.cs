using Perennial.Endpoints;
using Perennial.Telemetry;

namespace Perennial.Access;

/// <summary>What one caller may still ask for. Feature of a request whose caller has a limit.</summary>
internal sealed class CallerQuota(RateLimitOptions limit, TimeProvider time)
{
    private readonly TokenBucket? _requests = BucketOf(limit.RequestsPerMinute, limit, time), _images = BucketOf(limit.ImagesPerMinute, limit, time);

    /// <summary>Counts a request, before its body is read.</summary>
    /// <param name="bringsImages">Whether it will be charged for images.</param>
    /// <exception cref="ProblemException">429 <c>rate_limited</c>.</exception>
    public void Enter(bool bringsImages)
    {
        if (bringsImages && _images?.Wait() is { Ticks: > 0 } even) throw Refused("images", limit.ImagesPerMinute, even);
        if (_requests?.Take() is { Ticks: > 0 } wait) throw Refused("requests", limit.RequestsPerMinute, wait);
    }

    public void Charge(int images) => _images?.Charge(images);

    private static TokenBucket? BucketOf(int? perMinute, RateLimitOptions limit, TimeProvider time)
        => perMinute is { } rate ? new TokenBucket(rate, TimeSpan.FromSeconds(limit.BurstSeconds), time) : null;

    private static ProblemException Refused(string what, int? rate, TimeSpan wait)
    {
        RequestMetrics.RateLimited.WithLabels(what).Inc();
        return new(StatusCodes.Status429TooManyRequests, ErrorCode.RateLimited, $"This caller may send {rate} {what} a minute; try again after the time that Retry-After gives.") { RetryAfter = wait };
    }
}
