using Perennial.Inference.Engines.TensorRt;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines.TensorRt;

public sealed class PlanCacheTests : IDisposable
{
    private static readonly PlanStamp Stamp = new(new string('a', 64), new string('b', 64), "NVIDIA L4", "8.9", "10.13.3", 16, 16, 1024, "");
    private readonly TemporaryFolder _folder = new();
    private readonly PlanCache _cache;

    public PlanCacheTests() => _cache = new PlanCache(Path.Combine(_folder.Path, "plans"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_was_kept_is_found() => Assert.Equal("plan"u8.ToArray(), Kept(Stamp, "plan"u8.ToArray()));

    [Fact]
    public void A_folder_that_is_not_there_holds_nothing() => Assert.Null(_cache.Find(Stamp));

    [Fact]
    public void The_name_says_what_the_plan_is_for() =>
        Assert.Matches("^aaaaaaaaaaaaaaaa-nvidial4-sm8\\.9-trt10\\.13\\.3-b16-[0-9a-f]{8}$", Stamp.FileName());

    [Fact]
    public void A_file_half_written_is_overwritten_and_never_read()
    {
        Kept(Stamp, [1]);
        string aside = Path.Combine(_folder.Path, "plans", Stamp.FileName() + ".plan.aside");
        File.WriteAllBytes(aside, [9, 9]);
        Assert.Equal([1], _cache.Find(Stamp));
        Assert.Equal([2], Kept(Stamp, [2]));
        Assert.False(File.Exists(aside));
    }

    [Fact]
    public void A_new_plan_under_the_old_stamp_is_not_found()
    {
        Kept(Stamp, [1]);
        File.WriteAllBytes(Path.Combine(_folder.Path, "plans", Stamp.FileName() + ".plan"), [2]); // killed before the stamp
        Assert.Null(_cache.Find(Stamp));
    }

    [Fact]
    public void The_folder_is_readable_to_its_owner_alone()
    {
        Kept(Stamp, [1]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Path.Combine(_folder.Path, "plans")).UnixFileMode);
    }

    [Fact]
    public void The_sixteen_plans_used_last_remain()
    {
        PlanStamp[] stamps = [.. Enumerable.Range(0, 20).Select(i => Stamp with { MaxBatch = 16 + i })];
        for (int i = 0; i < 19; i++)
        {
            Kept(stamps[i], [(byte)i]);
            File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, "plans", stamps[i].FileName() + ".plan"), DateTime.UtcNow.AddDays(i - 100));
        }
        Assert.NotNull(_cache.Find(stamps[3])); // the oldest that is left, used now
        Kept(stamps[19], [19]);
        Assert.Equal([3, .. Enumerable.Range(5, 15)], Enumerable.Range(0, 20).Where(i => _cache.Find(stamps[i]) is not null));
        Assert.Equal(32, Directory.GetFiles(Path.Combine(_folder.Path, "plans")).Length);
    }

    private byte[]? Kept(PlanStamp stamp, byte[] plan)
    {
        _cache.Keep(stamp, plan);
        return _cache.Find(stamp);
    }
}
