using System.Text;
using Perennial.Inference.Engines.TensorRt;

namespace Perennial.Inference.Tests.Engines.TensorRt;

[Collection(TensorRtCollection.Name)]
public sealed class CachedPlanTests(StandInBuild build)
{
    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void A_plan_is_built_once_and_kept(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        string plan = Assert.Single(subject.Plans);
        byte[] bytes = File.ReadAllBytes(plan);
        long builds = subject.StandIn?.Calls("buildSerializedNetwork") ?? 0;
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 3);
        Assert.Equal(bytes, File.ReadAllBytes(plan));
        Assert.Equal(builds, subject.StandIn?.Calls("buildSerializedNetwork") ?? 0);
        Assert.Equal(2, Directory.GetFiles(subject.Options.CacheDirectory!).Length);
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.All), MemberType = typeof(TensorRtCollection))]
    public void A_damaged_plan_is_built_anew(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        string plan = subject.Plans.Single(), stamp = subject.Stamps.Single();
        byte[] good = File.ReadAllBytes(plan), goodStamp = File.ReadAllBytes(stamp), flipped = [.. good];
        flipped[good.Length / 2] ^= 1;
        foreach (byte[] bad in (byte[][])[[], good[..^1], flipped, [.. good, 0]])
            Rebuilt(subject, plan, bad);
        foreach (string bad in (string[])["", "null", "{}", "not json", Encoding.UTF8.GetString(goodStamp).Replace(subject.Digest, new string('b', 64))])
            Rebuilt(subject, stamp, Encoding.UTF8.GetBytes(bad));
        File.Delete(stamp);
        Rebuilt(subject, plan, good);
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_plan_that_the_library_refuses_in_spite_of_its_digest_is_built_anew(string which)
    {
        using Subject subject = new(build, which);
        subject.Load().Dispose();
        string plan = subject.Plans.Single(), stamp = subject.Stamps.Single();
        byte[] good = File.ReadAllBytes(plan), foreign = [.. Enumerable.Repeat((byte)7, good.Length)];
        File.WriteAllBytes(plan, foreign);
        File.WriteAllText(stamp, File.ReadAllText(stamp).Replace(PlanStamp.Digest(good), PlanStamp.Digest(foreign)));
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 3);
        Assert.Equal(good, File.ReadAllBytes(plan));
        Assert.Contains(subject.Log, said => said.Severity == TensorRtSeverity.Warning && said.Text.Contains("built anew") && said.Text.Contains("no plan of this version"));
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_plan_belongs_to_its_encoder_file_version_gpu_and_batch(string which)
    {
        using Subject subject = new(build, which);
        StandIn standIn = subject.StandIn!;
        subject.Load().Dispose();
        TensorRtOptions options = subject.Options;

        subject.Options = options with { MaxBatch = 8 };
        Builds(subject, 1);
        subject.Options = options with { BestBatch = 1 };
        Builds(subject, 1);
        subject.Options = options with { Device = 1 };
        Builds(subject, 2); // and the check of the other GPU
        subject.Options = options;
        TensorRtEngine.Load(subject.Model, new string('c', 64), options).Dispose();
        TensorRtEngine.Load(subject.Write("other.onnx", [.. File.ReadAllBytes(subject.Model), 0x3A, 0]), subject.Digest, options).Dispose();
        Assert.Equal(6, subject.Plans.Length);
        standIn["version"] = standIn.Major * 10000 + 9900;
        Builds(subject, 2); // and the check of the other version
        Assert.Equal(7, subject.Plans.Length);
        standIn["version"] = 0;
        Builds(subject, 0);
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_cache_that_cannot_be_written_costs_a_warning_and_not_the_engine(string which)
    {
        using Subject subject = new(build, which);
        subject.Options = subject.Options with { CacheDirectory = subject.Model }; // a file
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 2);
        Assert.Contains(subject.Log, said => said.Severity == TensorRtSeverity.Warning && said.Text.Contains("could not be kept"));
        subject.Options = subject.Options with { CacheDirectory = null };
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 2);
        subject.Clean();
    }

    private static void Builds(Subject subject, int times)
    {
        long before = subject.StandIn!.Calls("buildSerializedNetwork");
        subject.Load().Dispose();
        Assert.Equal(before + times, subject.StandIn.Calls("buildSerializedNetwork"));
    }

    private static void Rebuilt(Subject subject, string file, byte[] bad)
    {
        long before = subject.StandIn?.Calls("buildSerializedNetwork") ?? 0;
        File.WriteAllBytes(file, bad);
        using (TensorRtEngine engine = subject.Load())
            ChannelMeans.AssertRuns(engine, 3);
        Assert.Equal(PlanStamp.Digest(File.ReadAllBytes(subject.Plans.Single())), PlanStamp.Parse(File.ReadAllBytes(subject.Stamps.Single()))!.Plan);
        Assert.Equal(before + (subject.StandIn is null ? 0 : 1), subject.StandIn?.Calls("buildSerializedNetwork") ?? 0);
    }
}
