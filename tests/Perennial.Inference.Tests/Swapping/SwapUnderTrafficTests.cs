using Perennial.Inference.Batching;
using Perennial.Inference.Engines;
using Perennial.Inference.Swapping;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Swapping;

public sealed class SwapUnderTrafficTests
{
    private const int Clients = 8;
    private const int Swaps = 30;

    /// <summary>An engine with its queue, as the server publishes them.</summary>
    private sealed class Pair(AdmittedGeneration generation, TinyEncoder reference) : IDisposable
    {
        public TinyEncoder Reference => reference;

        public BatchQueue Queue { get; } = new(new BatchQueueOptions(), generation.Encoder);

        public void Dispose()
        {
            Queue.DisposeAsync().AsTask().Wait();
            generation.Dispose();
        }
    }

    [Fact]
    public async Task No_request_fails_and_every_answer_is_of_the_generation_that_was_leased()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using var models = new TemporaryFolder();
        TinyEncoder[] encoders = [new(size: 8, seed: 1), new(size: 8, seed: 2)];
        var folders = encoders.Select(encoder => new TinyGeneration { Encoder = encoder }.CommitTo(models.Path)).ToArray();
        var options = new EngineOptions { IntraOpThreads = 1 };
        Pair Admit(int which) => new(Admission.Admit(folders[which], options, token), encoders[which]);

        var slot = new Slot<Pair>(Admit(0));
        using var stop = new CancellationTokenSource();
        long answers = 0;
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            for (int i = 0; !stop.IsCancellationRequested; i++)
            {
                using Lease<Pair> lease = slot.TryAcquire()!;
                TinyEncoder reference = lease.Value.Reference;
                float[] image = reference.Images(1, seed: client * 1000 + i), expected = reference.Embed(image);
                float[] embedding = await lease.Value.Queue.EmbedAsync(image, RequestClass.Interactive, token);
                for (int d = 0; d < expected.Length; d++)
                    Assert.Equal(expected[d], embedding[d], 1e-5f);
                Interlocked.Increment(ref answers);
            }
        }, token))];

        Lease<Pair>? previous = null;
        for (int swap = 1; swap <= Swaps; swap++)
        {
            if (swap % 5 == 0) // a rollback to the pair that was kept
            {
                Lease<Pair>? replaced = slot.Restore(previous!);
                previous!.Dispose();
                previous = replaced;
            }
            else
            {
                previous?.Dispose();
                previous = slot.ExchangeAndRetain(Admit(swap % 2));
            }
            long before = Interlocked.Read(ref answers);
            while (Interlocked.Read(ref answers) < before + Clients && !clients.Any(client => client.IsFaulted))
                await Task.Yield();
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        previous?.Dispose();
        await slot.DisposeAsync();
    }
}
