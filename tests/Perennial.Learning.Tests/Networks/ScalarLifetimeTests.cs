using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Networks;

/// <summary>TorchSharp as mended by build/HoldRecentScalars.cs: a number that native code may still read is not freed by a garbage collection.</summary>
public sealed class ScalarLifetimeTests
{
    private const int Held = 64;

    [Fact]
    public void A_scalar_that_nobody_refers_to_outlives_a_collection_and_is_freed_in_the_end()
    {
        WeakReference scalar = Make();
        Collect();
        Assert.True(scalar.IsAlive);
        for (int i = 0; i < Held; i++) Make();
        Collect();
        Assert.False(scalar.IsAlive);
    }

    [Fact]
    public void Arithmetic_is_right_while_other_threads_collect()
    {
        using var stop = new CancellationTokenSource();
        Thread[] collectors = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() => { while (!stop.IsCancellationRequested) GC.Collect(0); }))];
        foreach (Thread collector in collectors) collector.Start();
        try
        {
            using Tensor ones = torch.ones(16);
            for (int i = 0; i < 2_000; i++)
            {
                using var scope = NewDisposeScope();
                Assert.Equal(2.5f, (ones / 2.0 + ones * 2)[3].item<float>());
            }
        }
        finally
        {
            stop.Cancel();
            foreach (Thread collector in collectors) collector.Join();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference Make() => new(2.0.ToScalar());

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }
}
