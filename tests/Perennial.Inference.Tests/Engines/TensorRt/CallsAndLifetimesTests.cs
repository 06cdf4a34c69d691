using System.Runtime.CompilerServices;
using Perennial.Inference.Engines;
using Perennial.Inference.Engines.TensorRt;

namespace Perennial.Inference.Tests.Engines.TensorRt;

/// <summary>What only a stand-in can see: each call with its arguments, the order of destruction, what is left over.</summary>
[Collection(TensorRtCollection.Name)]
public sealed class CallsAndLifetimesTests(StandInBuild build)
{
    /// <summary>Calls of a load that can fail, and what the refusal must say.</summary>
    private static readonly (string Call, string Says)[] LoadCalls =
    [
        ("createInferBuilder", "createInferBuilder failed on demand"),
        ("createNetworkV2", "createNetworkV2 failed on demand"),
        ("createNvOnnxParser", "createNvOnnxParser failed on demand"),
        ("parse", "the model does not parse; node 7: Einsum is not known here"),
        ("createBuilderConfig", "createBuilderConfig failed on demand"),
        ("createOptimizationProfile", "createOptimizationProfile failed on demand"),
        ("setDimensions", "setDimensions failed on demand"),
        ("isValid", "not valid"),
        ("addOptimizationProfile", "addOptimizationProfile failed on demand"),
        ("buildSerializedNetwork", "buildSerializedNetwork failed on demand"),
        ("createInferRuntime", "createInferRuntime failed on demand"),
        ("deserializeCudaEngine", "deserializeCudaEngine failed on demand"),
        ("createExecutionContext", "createExecutionContext failed on demand"),
        ("setTensorAddress", "setTensorAddress failed on demand"),
        ("cudaMalloc", "out of memory"),
        ("cudaStreamCreateWithFlags", "out of memory"),
        ("cudaSetDevice", "an error of the stand-in"),
    ];

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_build_frees_what_it_made_and_a_disposal_goes_from_context_to_runtime(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        subject.Clean();
        subject.StandIn!.Reset();
        File.Delete(subject.Plans.Single());
        TensorRtEngine engine = subject.Load();
        Assert.Equal("config parser network profile builder hostmemory", subject.StandIn.Destroyed);
        subject.StandIn.Reset();
        engine.Dispose();
        Assert.Equal("context memory memory stream context memory memory stream engine runtime", subject.StandIn.Destroyed);
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_forgotten_engine_is_freed_in_the_right_order_too(string which)
    {
        using Subject subject = new(build, which);
        Forget(subject);
        for (int i = 0; i < 10 && subject.StandIn!["live"] > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void Each_failure_of_a_load_says_why_and_leaves_nothing(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        foreach ((string call, string says) in LoadCalls)
        {
            Directory.Delete(subject.Options.CacheDirectory!, recursive: true);
            FailedLoad(subject, call, says);
            Assert.Empty(subject.Plans);
            using TensorRtEngine engine = subject.Load();
            ChannelMeans.AssertRuns(engine, 2);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void Two_hundred_loads_leave_nothing(string which)
    {
        using Subject subject = new(build, which);
        for (int i = 0; i < 200; i++)
        {
            if (i % 10 == 0 && i > 0)
                Directory.Delete(subject.Options.CacheDirectory!, recursive: true);
            using (TensorRtEngine engine = subject.Load())
                ChannelMeans.AssertRuns(engine, 3, seed: i);
            Assert.Equal("", subject.StandIn!.Living);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void Two_hundred_failed_loads_leave_nothing(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        subject.Options = subject.Options with { CacheDirectory = null };
        for (int i = 0; i < 200; i++)
        {
            (string call, string says) = LoadCalls[i % LoadCalls.Length];
            FailedLoad(subject, call, says);
        }
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 2);
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_failed_run_says_why_waits_for_what_was_queued_and_the_next_one_is_right(string which)
    {
        using Subject subject = new(build, which);
        using (TensorRtEngine engine = subject.Load())
        {
            foreach (string call in (string[])["setInputShape", "enqueueV3", "cudaMemcpyAsync.up", "cudaMemcpyAsync.down", "cudaStreamSynchronize", "cudaSetDevice"])
            {
                subject.StandIn!["fail." + call] = 1;
                var failed = Assert.Throws<EngineException>(() => engine.Run(ChannelMeans.Images(2), 2, new float[6]));
                Assert.Contains(call.StartsWith("cuda") ? "an error of the stand-in" : $"{call} failed on demand", failed.Message);
                Assert.Contains("a batch of 2", failed.Message);
                Assert.Equal(0, subject.StandIn["pending"]);
                subject.StandIn["fail." + call] = 0;
                ChannelMeans.AssertRuns(engine, 3);
            }
            subject.StandIn!["lie.contextShape"] = 1;
            Assert.Contains("[99, 3]", Assert.Throws<EngineException>(() => engine.Run(ChannelMeans.Images(2), 2, new float[6])).Message);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_parser_that_fails_without_a_list_is_quoted_from_the_log(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        subject.StandIn!["lie.noErrors"] = 1;
        subject.Options = subject.Options with { CacheDirectory = null };
        FailedLoad(subject, "parse", "it gave no reason");
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void What_it_says_arrives_from_any_thread(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        var other = Assert.Single(subject.Log.Skip(subject.Log.FindLastIndex(said => said.Text.Contains("parser"))), said => said.Text.Contains("another thread"));
        Assert.NotEqual(Environment.CurrentManagedThreadId, other.Thread);
        Assert.Equal(TensorRtSeverity.Warning, other.Severity);
        Assert.Contains(subject.Log, said => said.Text.Contains("a runtime goes")); // the logger outlives everything
        Assert.DoesNotContain(subject.Log, said => said.Text.Contains("verbose"));
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_listener_that_throws_harms_nobody(string which)
    {
        using Subject subject = new(build, which);
        subject.Options = subject.Options with { Log = (_, _) => throw new InvalidOperationException("listener") };
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 2);
        subject.Clean();
    }

    private static void FailedLoad(Subject subject, string call, string says)
    {
        subject.StandIn!["fail." + call] = 1;
        var failed = Assert.Throws<EngineException>(subject.Load);
        subject.StandIn["fail." + call] = 0;
        Assert.Contains(says, failed.Message);
        Assert.Contains("encoder.fp16.onnx", failed.Message);
        subject.Clean();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Subject subject) => ChannelMeans.AssertRuns(subject.Load(), 2);
}
