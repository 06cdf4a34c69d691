using Perennial.Hosting;
using Perennial.Telemetry;

namespace Perennial.Endpoints;

/// <summary>Ends a request to a model that takes longer than <see cref="LimitOptions.RequestTimeout"/>: its images leave the queue, and the answer is 503 <c>timeout</c>.</summary>
internal sealed class RequestTimeLimit(RequestDelegate next, PerennialOptions options, TimeProvider time)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public Task InvokeAsync(HttpContext context)
        => context.GetEndpoint()?.Metadata.GetMetadata<InferenceAnswer>() is null ? next(context) : LimitAsync(context);

    private async Task LimitAsync(HttpContext context)
    {
        CancellationToken left = context.RequestAborted;
        using CancellationTokenSource over = new(options.Limits.RequestTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(left, over.Token);
        context.RequestAborted = either.Token;
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !left.IsCancellationRequested)
        {
            throw new ProblemException(StatusCodes.Status503ServiceUnavailable, ErrorCode.Timeout,
                $"The request took longer than {options.Limits.RequestTimeout.TotalSeconds:0.###} s, its upload included (Perennial:Limits:RequestTimeout); try again later, or send fewer images.")
            { RetryAfter = RetryAfter };
        }
        finally
        {
            context.RequestAborted = left;
        }
    }
}
