using Perennial.Inference.Engines;
using Perennial.Inference.Engines.TensorRt;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines.TensorRt;

[Collection(TensorRtCollection.Name)]
public sealed class TensorRtLibraryTests(StandInBuild build)
{
    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_library_says_what_it_is_and_is_proven_once(string which)
    {
        using Subject subject = new(build, which);
        Assert.True(TensorRtLibrary.TryOpen(subject.Options, out TensorRtLibrary? library, out string? reason));
        Assert.Null(reason);
        Assert.Equal(which == "10" ? "10.13.3" : "11.1.0", library.Version);
        Assert.Equal("Stand-in GPU", library.GpuName);
        Assert.Equal("8.9", library.ComputeCapability);
        long builds = subject.StandIn!.Calls("buildSerializedNetwork");
        Assert.Equal(1, builds);
        Assert.True(TensorRtLibrary.TryOpen(subject.Options, out TensorRtLibrary? again, out _));
        Assert.Same(library, again);
        Assert.Equal(builds, subject.StandIn.Calls("buildSerializedNetwork"));
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void Another_gpu_is_used_when_it_is_named(string which)
    {
        using Subject subject = new(build, which);
        subject.Options = subject.Options with { Device = 1 };
        Assert.True(TensorRtLibrary.TryOpen(subject.Options, out TensorRtLibrary? library, out _));
        Assert.Equal("Stand-in GPU, the other", library.GpuName);
        using (TensorRtEngine engine = subject.Load())
        {
            Exception? failure = null;
            Thread fresh = new(() => failure = Record.Exception(() => ChannelMeans.AssertRuns(engine, 3))); // has never chosen a GPU
            fresh.Start();
            fresh.Join();
            Assert.Null(failure);
        }
        subject.Clean();
        subject.Options = subject.Options with { Device = 2 };
        Refused(subject, "There is no GPU 2; CUDA counts 2, from 0.");
    }

    [Theory]
    [InlineData("10", 80601, "TensorRT 8.6.1")]
    [InlineData("10", 90200, "TensorRT 9.2.0")]
    [InlineData("11", 120000, "TensorRT 12.0.0")]
    [InlineData("11", 8601, "version number 8601")]
    public void An_unknown_version_is_refused_before_any_other_call(string which, int version, string named)
    {
        using Subject subject = new(build, which);
        subject.StandIn!["version"] = version;
        Refused(subject, named, "versions 10 and 11 are known");
        Assert.Equal(0, subject.StandIn.Calls("createInferBuilder") + subject.StandIn.Calls("createInferRuntime"));
        subject.Clean();
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_library_that_answers_unlike_its_headers_is_not_trusted(string which)
    {
        using Subject subject = new(build, which);
        StandIn standIn = subject.StandIn!;
        foreach ((string lie, string says) in ((string, string)[])
        [
            ("name", "'features'"), ("mode", "is not the input"), ("shape", "[-1, 3, H, W] is expected"), ("type", "must be float32"), ("profile", "batches of 1 to 3"),
            ("profiles", "2 profiles"), ("tensors", "3 tensors"), ("result", "is right"), ("contextShape", "[99, 3]"), ("size", "a plan of 0 bytes"),
        ])
        {
            standIn["lie." + lie] = 1;
            Refused(subject, "did not pass its check", says);
            standIn["lie." + lie] = 0;
            subject.Clean();
        }
        Assert.True(TensorRtLibrary.TryOpen(subject.Options, out _, out _));
    }

    [Theory, MemberData(nameof(TensorRtCollection.StandIns), MemberType = typeof(TensorRtCollection))]
    public void A_machine_without_a_gpu_says_so(string which)
    {
        using Subject subject = new(build, which);
        subject.StandIn!["lie.noGpu"] = 1;
        Refused(subject, "CUDA counts 0");
        subject.StandIn["lie.noGpu"] = 0;
        subject.StandIn["fail.cudaGetDeviceCount"] = 1;
        Refused(subject, "could not count the GPUs: an error of the stand-in (error 100)");
        Assert.Equal(2, subject.StandIn.Calls("cudaGetLastError")); // refused twice, and told once each time
    }

    [Fact]
    public void A_folder_without_the_library_is_named()
    {
        using Subject subject = new(build, "10");
        using TemporaryFolder folder = new();
        subject.Options = subject.Options with { Folder = folder.Path };
        Refused(subject, folder.Path);

        // Beside the CUDA runtime alone; then with an infer library alone; then with one that is no library.
        File.Copy(Path.Combine(subject.StandIn!.Folder, StandIn.Cuda(10)), Path.Combine(folder.Path, StandIn.Cuda(10)));
        Refused(subject, "Neither libnvinfer.so.11 nor libnvinfer.so.10", folder.Path);
        File.Copy(Path.Combine(subject.StandIn.Folder, "libnvinfer.so.10"), Path.Combine(folder.Path, "libnvinfer.so.10"));
        Refused(subject, "libnvonnxparser.so.10", folder.Path);
        File.WriteAllText(Path.Combine(folder.Path, "libnvinfer.so.11"), "no library");
        Refused(subject, "libnvinfer.so.11 does not load");
        File.Copy(Path.Combine(subject.StandIn.Folder, StandIn.Cuda(10)), Path.Combine(folder.Path, "libnvinfer.so.11"), overwrite: true);
        Refused(subject, "no function getInferLibVersion");
    }

    [Fact]
    public void Folders_may_be_several_and_the_variable_stands_in_for_the_option()
    {
        using Subject subject = new(build, "11");
        using TemporaryFolder folder = new();
        subject.Options = subject.Options with { Folder = $"{folder.Path}:{subject.StandIn!.Folder}" };
        Assert.True(TensorRtLibrary.TryOpen(subject.Options, out _, out _));
        string? before = Environment.GetEnvironmentVariable(TensorRtOptions.FolderVariable);
        try
        {
            Environment.SetEnvironmentVariable(TensorRtOptions.FolderVariable, subject.StandIn.Folder);
            Assert.True(TensorRtLibrary.TryOpen(subject.Options with { Folder = null }, out TensorRtLibrary? library, out _));
            Assert.Equal("11.1.0", library.Version);
        }
        finally
        {
            Environment.SetEnvironmentVariable(TensorRtOptions.FolderVariable, before);
        }
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Contains("MaxBatch", Assert.Throws<ArgumentException>(() => TensorRtLibrary.TryOpen(new TensorRtOptions { MaxBatch = 0 }, out _, out _)).Message);
        Assert.Contains("BestBatch", Assert.Throws<ArgumentException>(() => TensorRtLibrary.TryOpen(new TensorRtOptions { BestBatch = 17 }, out _, out _)).Message);
    }

    private static void Refused(Subject subject, params string[] says)
    {
        Assert.False(TensorRtLibrary.TryOpen(subject.Options, out _, out string? reason));
        Assert.StartsWith("TensorRT is not available. ", reason);
        foreach (string part in says)
            Assert.Contains(part, reason);
        Assert.Contains(reason["TensorRT is not available. ".Length..], Assert.Throws<EngineException>(subject.Load).Message);
    }
}
