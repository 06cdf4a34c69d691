using Perennial.Inference.Engines.TensorRt;

namespace Perennial.Inference.Tests.Engines.TensorRt;

[Collection(TensorRtCollection.Name)]
public sealed class ConcurrentRunsTests(StandInBuild build)
{
    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public async Task As_many_runs_as_there_are_streams_run_at_once_each_in_a_context_of_its_own(string which)
    {
        using Subject subject = new(build, which, streams: 3);
        using (TensorRtEngine engine = subject.Load())
        {
            Assert.Equal(3, subject.StandIn!["live.context"]);
            subject.StandIn["rendezvous"] = 3; // nobody finishes before three have met; one context for two batches would be a violation
            await Task.WhenAll(Enumerable.Range(0, 9).Select(seed => Running(() => ChannelMeans.AssertRuns(engine, 4, seed))));
            Assert.Equal(3, subject.StandIn["most"]);
        }
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public async Task A_disposal_during_a_run_frees_only_after_it(string which)
    {
        using Subject subject = new(build, which);
        StandIn standIn = subject.StandIn!;
        TensorRtEngine engine = subject.Load();
        standIn["hold"] = 1;
        Task[] runs = [.. Enumerable.Range(0, 3).Select(seed => Running(() => ChannelMeans.AssertRuns(engine, 2, seed)))]; // two run, one waits for its turn
        SpinWait.SpinUntil(() => standIn["running"] == 2);
        SpinWait.SpinUntil(() => runs[0].Status == TaskStatus.Running && runs[1].Status == TaskStatus.Running && runs[2].Status == TaskStatus.Running);
        engine.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Run(new float[48], 1, new float[3]));
        Assert.Equal(2, standIn["live.context"]);
        Assert.Equal(1, standIn["live.engine"]);
        standIn["hold"] = 0;
        try
        {
            await Task.WhenAll(runs);
        }
        catch (ObjectDisposedException)
        {
            Assert.Equal(1, runs.Count(run => run.IsFaulted)); // the third may have come after the disposal
        }
        subject.Clean();
    }

    private static Task Running(Action action) => Task.Factory.StartNew(action, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
