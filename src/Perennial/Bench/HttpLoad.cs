using System.Diagnostics;
using System.Net;

namespace Perennial.Bench;

/// <summary>A closed loop over HTTP: each caller, a thread with a connection of its own, posts the next picture when it has its answer.</summary>
internal static class HttpLoad
{
    public static Latencies Run(Uri server, string path, byte[][] pictures, int connections, TimeSpan warmup, TimeSpan duration, CancellationToken cancellationToken)
    {
        IPEndPoint address = new(IPAddress.Parse(server.Host), server.Port);
        byte[][] requests = [.. pictures.Select(picture => HttpCaller.Request(path, address, picture))];
        List<long>[] ticks = [.. Enumerable.Range(0, connections).Select(_ => new List<long>(1 << 14))];
        int failed = 0;
        Exception? fault = null;
        long began = Stopwatch.GetTimestamp() + Ticks(warmup), ends = began + Ticks(duration);
        Thread[] callers = [.. Enumerable.Range(0, connections).Select(number => new Thread(() => Call(number)))];
        foreach (Thread caller in callers) caller.Start();
        foreach (Thread caller in callers) caller.Join();
        cancellationToken.ThrowIfCancellationRequested();
        return fault is null ? Latencies.Of(ticks, duration, failed) : throw new IOException($"A caller of {server} failed: {fault.Message}", fault);

        void Call(int number)
        {
            try
            {
                using HttpCaller caller = new(address);
                for (int call = number; !cancellationToken.IsCancellationRequested; call++)
                {
                    long sent = Stopwatch.GetTimestamp();
                    if (sent >= ends) return;
                    int status = caller.Call(requests[call % requests.Length]);
                    long answered = Stopwatch.GetTimestamp();
                    if (status != 200) Interlocked.Increment(ref failed);
                    else if (answered >= began && answered < ends) ticks[number].Add(answered - sent);
                }
            }
            catch (Exception exception)
            {
                fault = exception;
            }
        }
    }

    private static long Ticks(TimeSpan span) => (long)(span.TotalSeconds * Stopwatch.Frequency);
}
