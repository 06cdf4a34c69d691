using System.Globalization;
using System.Text;
using Perennial.Background;

namespace Perennial.Endpoints;

/// <summary>The events of a run as server-sent events (HTML standard, section 9.2): what has been, then what comes, until the run has ended.</summary>
internal static class RunEventStream
{
    /// <summary>A comment is sent after so much silence, so that nobody on the way takes the connection for dead.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    public static async Task WriteAsync(HttpContext context, string id, RunStore store, RunLog log, IHostApplicationLifetime lifetime)
    {
        if (store.Find(id) is null) throw AdminRunsEndpoints.Unknown();
        long after = LastEventId(context.Request);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back
        try
        {
            if (!await FollowAsync(context.Response, id, after, store, log, stop.Token)) await CloseAsync(context.Response, store.Find(id)!, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The watcher has gone, or the server stops: it may come back with Last-Event-ID.
        }
    }

    /// <summary>True when the final state was among the events.</summary>
    private static async Task<bool> FollowAsync(HttpResponse response, string id, long after, RunStore store, RunLog log, CancellationToken cancellationToken)
    {
        bool final = false;
        await response.StartAsync(cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
        await using IAsyncEnumerator<RunEvent> events = log.JournalOf(id).FollowAsync(after, () => store.Find(id)!.State.IsFinal(), cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            Task<bool> next = events.MoveNextAsync().AsTask();
            while (await Task.WhenAny(next, Task.Delay(KeepAlive, cancellationToken)) != next && !cancellationToken.IsCancellationRequested)
                await SendAsync(response, ":\n\n", cancellationToken);
            if (!await next) return final;
            RunEvent happened = events.Current;
            final |= happened.IsFinal;
            await SendAsync(response, string.Create(CultureInfo.InvariantCulture, $"id: {happened.Id}\nevent: {happened.Name}\ndata: {happened.Data}\n\n"), cancellationToken);
        }
    }

    // The run ended, but a crash kept its last event from being written; the catalogue knows. Nothing is sent again to one who has seen it all.
    private static Task CloseAsync(HttpResponse response, RunRecord run, CancellationToken cancellationToken) =>
        SendAsync(response, $"event: state\ndata: {RunEvent.StateData(run, run.FinishedAt ?? run.CreatedAt)}\n\n", cancellationToken);

    private static Task SendAsync(HttpResponse response, string text, CancellationToken cancellationToken) =>
        response.BodyWriter.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken).AsTask();

    private static long LastEventId(HttpRequest request)
    {
        string? given = request.Headers["Last-Event-ID"];
        if (string.IsNullOrEmpty(given)) return 0;
        return long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out long id) ? id : throw ProblemException.Invalid("Last-Event-ID must be the id of an event of this run.");
    }
}
