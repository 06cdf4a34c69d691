using Perennial.Endpoints.OpenApi;
using Perennial.Hosting;
using Perennial.Telemetry;

namespace Perennial.Access;

/// <summary>Holds each caller to its <see cref="RateLimitOptions"/>: a key by its name, those without a key together.</summary>
internal sealed class RateLimits
{
    private readonly RequestDelegate _next;
    private readonly Dictionary<string, CallerQuota> _quotas = [];
    private readonly CallerQuota? _keyless;

    public RateLimits(RequestDelegate next, PerennialOptions options, TimeProvider time)
    {
        _next = next;
        _keyless = QuotaOf(options.RateLimit, time);
        foreach (KeyOptions key in options.Keys)
        {
            if (QuotaOf(key.RateLimit ?? options.RateLimit, time) is { } quota) _quotas.Add(key.Name, quota);
        }
    }

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not { } endpoint || endpoint.Metadata.GetMetadata<RequiredScope>() is null or { Scope: Scope.None }) return _next(context);
        CallerQuota? quota = context.Features.Get<KeyHolder>() is { } holder ? _quotas.GetValueOrDefault(holder.Name) : _keyless;
        if (quota is null) return _next(context);
        quota.Enter(endpoint.Metadata.GetMetadata<InferenceAnswer>() is not null || endpoint.Metadata.GetMetadata<RequestForm>() is { Images: true });
        context.Features.Set(quota);
        return _next(context);
    }

    private static CallerQuota? QuotaOf(RateLimitOptions limit, TimeProvider time)
        => limit is { RequestsPerMinute: null, ImagesPerMinute: null } ? null : new CallerQuota(limit, time);
}
