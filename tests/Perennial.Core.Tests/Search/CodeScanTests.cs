using System.Text.Json.Nodes;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Searches over int8 codes give the hits of searches over float32, whatever the vectors, filters and deletions; and codes are only ever a copy.</summary>
public sealed class CodeScanTests : IDisposable
{
    private const int Dimensions = 21; // neither whole words of codes nor whole vectors of lanes
    private const int Rows = (2 * RowBlock.Rows) + 100;

    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedIndexOptions _options = new() { Int8FromRows = 0 };
    private readonly SegmentFiles _files;

    public CodeScanTests() => _files = new SegmentFiles(_folder.File(Vectors.Digest["sha256:".Length..]), 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("directions without order")]
    [InlineData("clusters")]
    [InlineData("one component each")]
    public async Task The_hits_are_those_of_a_search_by_hand(string kind)
    {
        float[][] vectors = [.. Enumerable.Range(0, Rows).Select(row => Vector(kind, row))];
        await using IVectorCollection collection = await Filled(vectors);
        await collection.DeleteAsync([.. Enumerable.Range(0, Rows).Where(row => row % 7 == 0).Select(Id)], Token);
        Assert.True(Coded(collection, 0) && Coded(collection, 1));

        for (int turn = 0; turn < 12; turn++)
        {
            float[] query = Vector(kind, Rows + turn);
            SearchFilter? filter = (turn % 3) switch { 0 => null, 1 => new SearchFilter("even", null), _ => new SearchFilter(null, new Dictionary<string, JsonNode> { ["m"] = 5 }) };
            IReadOnlyList<SearchHit> exact = await Search(collection, query, filter, ScanKind.Exact), coded = await Search(collection, query, filter, ScanKind.Auto);

            double[] byHand = [.. Enumerable.Range(0, Rows).Where(row => row % 7 != 0 && (turn % 3) switch { 0 => true, 1 => row % 2 == 0, _ => row % 11 == 5 })
                .Select(row => Vectors.Cosine(vectors[row], query)).OrderDescending().Take(10)];
            Assert.Equal(byHand.Length, exact.Count);
            foreach ((double wanted, SearchHit hit) in byHand.Zip(exact))
                Assert.Equal(wanted, hit.Score, 1e-6);
            Assert.Equal(exact.Select(hit => (hit.Id, hit.Score)), coded.Select(hit => (hit.Id, hit.Score)));
        }
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("garbled")]
    [InlineData("cut off")]
    [InlineData("of other vectors")]
    public async Task Codes_that_are_not_those_of_the_vectors_are_made_anew(string damage)
    {
        float[][] vectors = [.. Enumerable.Range(0, Rows).Select(row => Vector("clusters", row))];
        await (await Filled(vectors)).DisposeAsync();
        byte[] codes = File.ReadAllBytes(_files.Codes), other = [.. codes];
        switch (damage)
        {
            case "gone": File.Delete(_files.Codes); break;
            case "garbled": other[1000] ^= 1; File.WriteAllBytes(_files.Codes, other); break;
            case "cut off": File.WriteAllBytes(_files.Codes, codes[..(codes.Length / 2)]); break;
            default: // the second block's where the first one's belong
                long block = CodeLayout.BlockBytes(Dimensions);
                codes.AsSpan((int)block, codes.Length - (int)block).CopyTo(other);
                File.WriteAllBytes(_files.Codes, other);
                break;
        }

        await using (IVectorCollection collection = await Open())
        {
            await ((CollectionHandle)collection).Collection.UpkeepDone;
            Assert.True(Coded(collection, 0) && Coded(collection, 1));
            float[] query = Vector("clusters", Rows);
            Assert.Equal((await Search(collection, query, null, ScanKind.Exact)).Select(hit => hit.Id), (await Search(collection, query, null, ScanKind.Auto)).Select(hit => hit.Id));
        }
        Assert.Equal(codes, File.ReadAllBytes(_files.Codes));
    }

    [Fact]
    public async Task A_vector_that_changed_on_the_disk_is_answered_no_more_and_the_next_opening_refuses_the_collection()
    {
        float[][] vectors = [.. Enumerable.Range(0, Rows).Select(row => Vector("clusters", row))];
        await (await Filled(vectors)).DisposeAsync();
        byte[] rows = File.ReadAllBytes(_files.Vectors);
        rows[(3 * Dimensions * sizeof(float)) + 2] ^= 0x10; // long settled: the opening itself does not look there
        File.WriteAllBytes(_files.Vectors, rows);

        await using (IVectorCollection collection = await Open())
        {
            await ((CollectionHandle)collection).Collection.UpkeepDone;
            Assert.Equal(1, ((CollectionHandle)collection).Collection.DamagedPoints);
            Assert.Equal(Rows - 1, collection.Count);
            Assert.DoesNotContain(await Search(collection, vectors[3], null, ScanKind.Exact), hit => hit.Id == Id(3));
        }
        Assert.Contains($"'{Id(3)}'", (await Assert.ThrowsAsync<CorruptCollectionException>(Open)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_int8_there_are_no_codes()
    {
        _options.Int8 = false;
        await using IVectorCollection collection = await Filled([.. Enumerable.Range(0, RowBlock.Rows + 1).Select(row => Vector("clusters", row))]);

        Assert.False(Coded(collection, 0));
        Assert.False(File.Exists(_files.Codes));
        Assert.Equal(Id(8), (await Search(collection, Vector("clusters", 8), null, ScanKind.Auto))[0].Id);
    }

    [Fact]
    public async Task A_compacted_collection_has_codes_again()
    {
        float[][] vectors = [.. Enumerable.Range(0, Rows).Select(row => Vector("clusters", row))];
        await using IVectorCollection collection = await Filled(vectors);
        await collection.DeleteAsync([.. Enumerable.Range(0, RowBlock.Rows / 2).Select(Id)], Token);
        await ((CollectionHandle)collection).Collection.CompactAsync(Token);
        await ((CollectionHandle)collection).Collection.UpkeepDone;

        Assert.True(Coded(collection, 0));
        Assert.True(File.Exists(_files.Next.Codes));
        Assert.False(File.Exists(_files.Codes));
        Assert.Equal(Id(Rows - 1), (await Search(collection, vectors[^1], null, ScanKind.Auto))[0].Id);
    }

    private static string Id(int row) => $"id{row}";

    private static float[] Vector(string kind, int row)
    {
        if (kind == "one component each")
        {
            float[] axis = new float[Dimensions];
            axis[row % Dimensions] = row % 2 == 0 ? 1 : -1;
            return axis;
        }
        float[] vector = Vectors.Unit(Dimensions, 1_000_000 + row);
        if (kind != "clusters")
            return vector;
        float[] centre = Vectors.Unit(Dimensions, row % 40);
        float[] sum = [.. vector.Zip(centre, (part, whole) => (0.3f * part) + whole)];
        double length = Math.Sqrt(sum.Sum(value => (double)value * value));
        return [.. sum.Select(value => (float)(value / length))];
    }

    private static bool Coded(IVectorCollection collection, int block) => ((CollectionHandle)collection).Collection.Read(segment => segment.BlockOf(block * RowBlock.Rows).Codes is not null);

    private static Task<IReadOnlyList<SearchHit>> Search(IVectorCollection collection, float[] query, SearchFilter? filter, ScanKind kind) =>
        ((CollectionHandle)collection).SearchAsync(query, 10, filter, kind, Token);

    private Task<IVectorCollection> Open() => new EmbeddedVectorIndex(_folder.Path, _options).OpenAsync(Vectors.Digest, Dimensions, Token);

    private async Task<IVectorCollection> Filled(float[][] vectors)
    {
        IVectorCollection collection = await Open();
        foreach (IEnumerable<int> some in Enumerable.Range(0, vectors.Length).Chunk(4000))
            await collection.UpsertAsync([.. some.Select(row => new VectorPoint(Id(row), vectors[row], row % 2 == 0 ? "even" : null, row % 11 == 5 ? new JsonObject { ["m"] = 5 } : null))], Token);
        return collection;
    }
}
