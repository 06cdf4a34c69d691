using Perennial.Core.Search.Bridges;

namespace Perennial.Core.Tests.Search.Bridges;

public sealed class BridgeStoreTests : IDisposable
{
    private static readonly string A = "sha256:" + new string('a', 64), B = "sha256:" + new string('b', 64), C = "sha256:" + new string('c', 64);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_put_is_there_after_a_restart_in_its_direction_only()
    {
        new BridgeStore(_folder.Path).Put(Bridge(A, B));
        EmbeddingBridge found = new BridgeStore(_folder.Path).Find(A, B)!;
        Assert.Equal((BridgeMethod.Ridge, 0.93, 200), (found.Method, found.Quality.RecallAt10, found.Quality.Images));
        Assert.Equal(Bridge(A, B).Map.Apply([0.6f, 0.8f]), found.Map.Apply([0.6f, 0.8f]));
        Assert.Null(new BridgeStore(_folder.Path).Find(B, A));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(200)]
    public void A_torn_file_counts_as_none_and_is_replaced(int length)
    {
        new BridgeStore(_folder.Path).Put(Bridge(A, B));
        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);
        BridgeStore store = new(_folder.Path);
        Assert.Null(store.Find(A, B));
        store.Put(Bridge(A, B));
        Assert.NotNull(store.Find(A, B));
    }

    [Fact]
    public void A_file_under_another_pairs_name_is_not_taken_for_it()
    {
        new BridgeStore(_folder.Path).Put(Bridge(A, B));
        string file = Assert.Single(Directory.GetFiles(_folder.Path));
        File.Copy(file, file.Replace("bbbb", "cccc", StringComparison.Ordinal));
        Assert.Null(new BridgeStore(_folder.Path).Find(A, C));
    }

    [Fact]
    public void Drafts_of_a_writer_that_died_are_removed()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "x.safetensors.draft"), "half");
        _ = new BridgeStore(_folder.Path);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Bridges_to_encoders_that_are_gone_go_too()
    {
        BridgeStore store = new(_folder.Path);
        store.Put(Bridge(A, B));
        store.Put(Bridge(B, C));
        store.KeepOnly(new HashSet<string> { B, C });
        Assert.Null(store.Find(A, B));
        Assert.NotNull(store.Find(B, C));
    }

    private static EmbeddingBridge Bridge(string from, string to) => new(from, to, BridgeMethod.Ridge, new AffineMap([1, 2, 3, 4, 5, 6], [0.5f, 0, -1]), new BridgeQuality
    {
        RecallAt10 = 0.93,
        NearestAmongTen = 0.99,
        Images = 200,
        FitImages = 800,
        Among = 1000,
        Tried = new Dictionary<string, double> { ["procrustes"] = 0.9, ["ridge"] = 0.93 },
        At = DateTimeOffset.UnixEpoch,
    });
}
