using Perennial.Core.Scoring;
using Perennial.Core.Search;
using Perennial.Core.Search.Bridges;

namespace Perennial.Core.Tests.Search.Bridges;

public sealed class BridgeBuilderTests : IDisposable
{
    private const int Images = 600;

    private readonly TemporaryFolder _folder = new();
    private readonly string[] _ids = [.. Enumerable.Range(0, Images).Select(Samples.Id)];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Between_spaces_that_differ_by_a_rotation_nearly_all_neighbours_are_found()
    {
        EmbeddingBridge bridge = (await BuildAsync(noise: 0))!;
        Assert.InRange(bridge.Quality.RecallAt10, 0.99, 1);
        Assert.Equal((100, 400, (long)Images), (bridge.Quality.Images, bridge.Quality.FitImages, bridge.Quality.Among));
        Assert.Equal(["procrustes", "ridge"], bridge.Quality.Tried.Keys.Order());
    }

    [Fact]
    public async Task Its_recall_is_that_of_plain_arithmetic_on_images_that_were_not_fitted()
    {
        (Embeddings x, Embeddings y) = Spaces(noise: 0.15);
        EmbeddingBridge bridge = (await BuildAsync(noise: 0.15))!;
        double sum = 0, first = 0;
        for (int query = 0; query < bridge.Quality.Images; query++)
        {
            (int[] found, int[] wanted) = (Nearest(y, bridge.Map.Apply(x.Row(query))!, query), Nearest(y, y.Row(query).ToArray(), query));
            sum += found.Intersect(wanted).Count() / 10.0;
            first += found.Contains(wanted[0]) ? 1 : 0;
        }
        Assert.Equal(first / bridge.Quality.Images, bridge.Quality.NearestAmongTen, 1e-9);
        Assert.Equal(sum / bridge.Quality.Images, bridge.Quality.RecallAt10, 1e-9);
        Assert.InRange(bridge.Quality.RecallAt10, 0.1, 0.95); // the noise cannot be undone
        Assert.Equal(bridge.Quality.Tried.Values.Max(), bridge.Quality.RecallAt10);
    }

    [Fact]
    public async Task Between_spaces_that_have_nothing_in_common_the_figure_says_so()
    {
        EmbeddedVectorIndex index = new(_folder.Path);
        await using IVectorCollection from = await Samples.CollectionAsync(index, Digest('a'), Samples.UnitRows(Images, 12, new Random(1)), Token);
        await using IVectorCollection to = await Samples.CollectionAsync(index, Digest('b'), Samples.UnitRows(Images, 12, new Random(2)), Token);
        EmbeddingBridge bridge = (await Builder().BuildAsync(from, to, _ids, null, Token))!;
        Assert.InRange(bridge.Quality.RecallAt10, 0, 0.1); // chance is 10 of 600
    }

    [Fact]
    public async Task Too_few_common_images_make_no_bridge()
    {
        (Embeddings x, Embeddings y) = Spaces(noise: 0);
        EmbeddedVectorIndex index = new(_folder.Path);
        await using IVectorCollection from = await Samples.CollectionAsync(index, Digest('a'), x, Token);
        await using IVectorCollection to = await Samples.CollectionAsync(index, Digest('b'), y, Token);
        await to.DeleteAsync([.. _ids.Skip(BridgeOptions.LeastImages - 1)], Token);
        Assert.Null(await Builder().BuildAsync(from, to, _ids, null, Token));
    }

    private async Task<EmbeddingBridge?> BuildAsync(double noise)
    {
        (Embeddings x, Embeddings y) = Spaces(noise);
        EmbeddedVectorIndex index = new(_folder.Path);
        await using IVectorCollection from = await Samples.CollectionAsync(index, Digest('a'), x, Token);
        await using IVectorCollection to = await Samples.CollectionAsync(index, Digest('b'), y, Token);
        return await Builder().BuildAsync(from, to, _ids, null, Token);
    }

    private static BridgeBuilder Builder() => new(new BridgeOptions(FitImages: 400, HeldOutImages: 100), TimeProvider.System);

    private static (Embeddings X, Embeddings Y) Spaces(double noise)
    {
        Random random = new(7);
        Embeddings x = Samples.UnitRows(Images, 12, random);
        return (x, Samples.Map(x, Samples.OrthonormalRows(12, 16, random), noise, random));
    }

    private static int[] Nearest(Embeddings bank, float[] query, int self) =>
        [.. Enumerable.Range(0, bank.Rows).Where(row => row != self).OrderByDescending(row => Enumerable.Range(0, bank.Dimensions).Sum(d => (double)bank.Row(row)[d] * query[d])).Take(10)];

    private static string Digest(char digit) => "sha256:" + new string(digit, 64);
}
