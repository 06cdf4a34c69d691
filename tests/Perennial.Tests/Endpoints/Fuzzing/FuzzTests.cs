using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Perennial.Background;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>
/// Generated requests, over plain sockets: random and mutated JSON, multipart, tensors, images, paths, queries, headers, framing. Whatever comes, the answer is
/// right or a refusal in the shape of its protocol; nothing fails, leaks or is lost, and the next good request is answered.
/// A failure names the number of its request; <c>PERENNIAL_FUZZ_SEED</c>, <c>_FROM</c> and <c>_COUNT</c> send the same ones again, or others.
/// </summary>
[CollectionDefinition(nameof(FuzzTests), DisableParallelization = true)] // it measures the memory of the process
[Collection(nameof(FuzzTests))]
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int Connections = 4;
    private const int Round = 500;
    private const int MostFaults = 50;
    private const int MemoryFrom = 2000;
    private const long MostHeapGrowth = 64L << 20; // pools of buffers still fill: some 20 MiB, and no more after ten times as many requests
    private const long MostResidentGrowth = 256L << 20;

    private static readonly int Seed = Setting("SEED", 20_260);
    private static readonly int From = Setting("FROM", 0);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ten_thousand_requests_are_answered_or_refused_and_nothing_else()
    {
        FreedMemory.KeepLittle(); // as serve does
        using UnobservedFaults unobserved = new();
        await using FuzzedServer fuzzed = await FuzzedServer.StartAsync(Seed);
        ConcurrentDictionary<string, int> seen = new();
        ConcurrentQueue<string> faults = [];
        (long Heap, long Resident) before = default;
        int end = From + Setting("COUNT", 10_000);
        for (int from = From; from < end && faults.Count < MostFaults; from += Round)
        {
            await fuzzed.SendAsync(from, Math.Min(Round, end - from), Connections, seen, faults, Token);
            await fuzzed.CheckGoodRequestsAsync();
            if (from - From + Round == MemoryFrom) before = Memory();
        }
        output.WriteLine(string.Join(", ", seen.OrderByDescending(kind => kind.Value).Select(kind => $"{kind.Key}: {kind.Value}")));
        Assert.True(faults.IsEmpty, $"Seed {Seed}. {faults.Count} faults, the first:\n{string.Join("\n\n", faults.Take(10))}\n\nLogged:\n{string.Join("\n", fuzzed.Errors)}");
        await fuzzed.CheckNothingIsHeldAsync();
        Assert.True(fuzzed.Errors.Count == 0, $"Seed {Seed}. {fuzzed.Errors.Count} errors in the log:\n{string.Join("\n", fuzzed.Errors.Take(10))}");
        Assert.Empty(unobserved.Collect());

        (long heap, long resident) = Memory();
        output.WriteLine($"Heap {before.Heap >> 20} -> {heap >> 20} MiB, resident {before.Resident >> 20} -> {resident >> 20} MiB");
        if (before != default) Assert.InRange(heap - before.Heap, long.MinValue, MostHeapGrowth);
        if (before != default) Assert.InRange(resident - before.Resident, long.MinValue, MostResidentGrowth);
        // Else the generator has missed whole rooms of the server.
        string[] expected =
        [
            "200", "201", "202", "204", "400 invalid_json", "400 invalid_request", "400 invalid_recipe", "400 invalid_policy", "403 forbidden", "404 not_found", "404 run_not_found", "404 model_not_found", "405 method_not_allowed", "409 generation_mismatch",
            "413 too_many_images", "413 payload_too_large", "413 image_too_large", "415 unsupported_media_type", "422 corrupt_image", "422 unsupported_image", "422 empty_image",
        ];
        if (before != default) Assert.Empty(expected.Except(seen.Keys));
    }

    private static (long Heap, long Resident) Memory()
    {
        for (int times = 0; times < 3; times++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        using Process process = Process.GetCurrentProcess();
        return (GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64);
    }

    private static int Setting(string name, int usual) => Environment.GetEnvironmentVariable($"PERENNIAL_FUZZ_{name}") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
