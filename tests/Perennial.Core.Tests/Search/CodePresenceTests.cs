using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Ties, and when there are codes at all; <see cref="CodeSearchTests"/> compares hits.</summary>
public sealed class CodePresenceTests : IDisposable
{
    private const int Dimensions = 21; // neither whole words of codes nor whole vectors of lanes
    private const int Rows = (2 * RowBlock.Rows) + 100;

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedIndexOptions _options = new() { Int8FromRows = 0 };
    private readonly SegmentFiles _files;

    public CodePresenceTests() => _files = new SegmentFiles(_folder.File(Vectors.Digest["sha256:".Length..]), 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Equal_scores_are_answered_in_the_order_of_ids_over_codes_too()
    {
        await using IVectorCollection collection = await Filled([.. Enumerable.Range(0, Rows).Select(Axis)]); // twice as many directions as dimensions, hundreds of points each
        Assert.True(Coded(collection, 0) && Coded(collection, 1));

        for (int row = 0; row < 2 * Dimensions; row++)
        {
            string[] expected = [.. Enumerable.Range(0, Rows).Where(other => Axis(other).SequenceEqual(Axis(row))).Select(Id).Order(StringComparer.Ordinal).Take(10)];
            Assert.Equal(expected, (await Search(collection, Axis(row), ScanKind.Auto)).Select(hit => hit.Id));
            Assert.Equal(expected, (await Search(collection, Axis(row), ScanKind.Exact)).Select(hit => hit.Id));
        }
    }

    [Fact]
    public async Task Without_int8_there_are_no_codes()
    {
        _options.Int8 = false;
        await using IVectorCollection collection = await Filled([.. Enumerable.Range(0, RowBlock.Rows + 1).Select(Vector)]);

        Assert.False(Coded(collection, 0));
        Assert.False(File.Exists(_files.Codes));
        Assert.Equal(Id(8), (await Search(collection, Vector(8), ScanKind.Auto))[0].Id);
    }

    [Fact]
    public async Task A_compacted_collection_has_codes_again()
    {
        float[][] vectors = [.. Enumerable.Range(0, Rows).Select(Vector)];
        await using IVectorCollection collection = await Filled(vectors);
        await collection.DeleteAsync([.. Enumerable.Range(0, RowBlock.Rows / 2).Select(Id)], Token);
        await ((CollectionHandle)collection).Collection.CompactAsync(Token);
        await ((CollectionHandle)collection).Collection.UpkeepDone;

        Assert.True(Coded(collection, 0));
        Assert.True(File.Exists(_files.Next.Codes));
        Assert.False(File.Exists(_files.Codes));
        Assert.Equal(Id(Rows - 1), (await Search(collection, vectors[^1], ScanKind.Auto))[0].Id);
    }

    private static string Id(int row) => $"id{row}";

    private static float[] Vector(int row) => Vectors.Unit(Dimensions, 1_000_000 + row);

    private static float[] Axis(int row)
    {
        float[] axis = new float[Dimensions];
        axis[row % Dimensions] = row % 2 == 0 ? 1 : -1;
        return axis;
    }

    private static bool Coded(IVectorCollection collection, int block) => ((CollectionHandle)collection).Collection.Read(segment => segment.BlockOf(block * RowBlock.Rows).Codes is not null);

    private static Task<IReadOnlyList<SearchHit>> Search(IVectorCollection collection, float[] query, ScanKind kind) =>
        ((CollectionHandle)collection).SearchAsync(query, 10, null, kind, Token);

    private Task<IVectorCollection> Open() => new EmbeddedVectorIndex(_folder.Path, _options).OpenAsync(Vectors.Digest, Dimensions, Token);

    private async Task<IVectorCollection> Filled(float[][] vectors)
    {
        IVectorCollection collection = await Open();
        foreach (IEnumerable<int> some in Enumerable.Range(0, vectors.Length).Chunk(4000))
            await collection.UpsertAsync([.. some.Select(row => new VectorPoint(Id(row), vectors[row], null, null))], Token);
        return collection;
    }
}
