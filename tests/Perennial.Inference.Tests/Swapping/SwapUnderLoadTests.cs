using System.Collections.Concurrent;
using Perennial.Inference.Swapping;

namespace Perennial.Inference.Tests.Swapping;

public sealed class SwapUnderLoadTests
{
    private const int Users = 8;
    private const int Swaps = 5_000;

    [Fact]
    public async Task Thousands_of_swaps_never_show_a_disposed_value_and_dispose_each_exactly_once()
    {
        var published = new ConcurrentBag<Tracked>();
        var slot = new Slot<Tracked>(Make(published));
        using var stop = new CancellationTokenSource();
        long uses = 0;
        Task[] users = [.. Enumerable.Range(0, Users).Select(_ => Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                using Lease<Tracked> lease = slot.TryAcquire() ?? throw new InvalidOperationException("a slot that is never empty gave no lease");
                lease.Value.Use();
                Thread.SpinWait(20);
                lease.Value.Use();
                Interlocked.Increment(ref uses);
            }
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default))];

        Lease<Tracked>? retained = null;
        for (int i = 0; i < Swaps; i++)
        {
            switch (i % 4)
            {
                case 0 or 1:
                    slot.Exchange(Make(published));
                    break;
                case 2:
                    retained = slot.ExchangeAndRetain(Make(published));
                    break;
                default:
                    slot.Restore(retained!)?.Dispose();
                    retained!.Dispose();
                    break;
            }
            if (i % 64 == 0)
                Thread.Yield();
        }
        while (Interlocked.Read(ref uses) < Users)
            Thread.Yield();
        await stop.CancelAsync();
        await Task.WhenAll(users);
        await slot.DisposeAsync();

        Assert.Equal(1 + Swaps - Swaps / 4, published.Count);
        Assert.All(published, value => Assert.Equal(1, value.Disposals));
    }

    private static Tracked Make(ConcurrentBag<Tracked> published)
    {
        var value = new Tracked();
        published.Add(value);
        return value;
    }
}
