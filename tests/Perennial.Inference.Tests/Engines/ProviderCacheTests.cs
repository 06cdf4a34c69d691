using Perennial.Inference.Engines;
using Perennial.Inference.Tests.Models;

namespace Perennial.Inference.Tests.Engines;

public sealed class ProviderCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_network_has_a_folder_of_its_own_and_finds_it_again()
    {
        string first = ProviderCache.Open(_folder.Path, "a"), second = ProviderCache.Open(_folder.Path, "b");
        Assert.NotEqual(first, second);
        File.WriteAllText(Path.Combine(first, "kept.engine"), "x");
        Assert.Equal(first, ProviderCache.Open(_folder.Path, "a"));
        Assert.True(File.Exists(Path.Combine(first, "kept.engine")));
    }

    [Fact]
    public void Beyond_eight_networks_the_one_used_longest_ago_goes()
    {
        string[] folders = [.. Enumerable.Range(0, 8).Select(i => ProviderCache.Open(_folder.Path, $"{i}"))];
        for (int i = 0; i < 8; i++)
            Directory.SetLastWriteTimeUtc(folders[i], DateTime.UtcNow.AddHours(i - 100));
        ProviderCache.Open(_folder.Path, "0"); // used anew, so that "1" is the oldest
        ProviderCache.Open(_folder.Path, "another");
        Assert.Equal([true, false, true, true, true, true, true, true], folders.Select(Directory.Exists));
    }

    [Fact]
    public void Clearing_says_whether_there_was_anything()
    {
        string folder = ProviderCache.Open(_folder.Path, "a");
        Assert.False(ProviderCache.Clear(folder));
        File.WriteAllText(Path.Combine(folder, "kept.engine"), "x");
        Assert.True(ProviderCache.Clear(folder));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_told()
    {
        string file = _folder.Write("not-a-folder", []);
        Assert.Contains(file, Assert.Throws<EngineException>(() => ProviderCache.Open(file, "a")).Message);
    }
}
