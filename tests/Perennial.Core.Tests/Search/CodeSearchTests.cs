using System.Text.Json.Nodes;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

/// <summary>Searches over int8 codes, beside the exact scan and beside a plain loop in double precision.</summary>
public sealed class CodeSearchTests : IDisposable
{
    private const int Count = 20_000; // two full blocks with codes, one without
    private const int Queries = 20;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(128, 0)]
    [InlineData(128, 40)]
    [InlineData(27, 0)]
    [InlineData(27, 40)]
    [InlineData(3, 5)]
    public async Task Codes_lead_to_the_very_hits_of_the_exact_scan(int dimensions, int clusters)
    {
        float[][] vectors = Make(dimensions, clusters, Count);
        await using CollectionHandle collection = await FillAsync(dimensions, vectors);
        for (int number = 0; number < Queries; number++)
        {
            float[] query = Make(dimensions, clusters, 1, seed: number + 1)[0];

            IReadOnlyList<SearchHit> found = await collection.SearchAsync(query, 10, null, ScanKind.Auto, Token);

            Assert.Equal(Told(await collection.SearchAsync(query, 10, null, ScanKind.Exact, Token)), Told(found));
            double[] best = [.. vectors.Select(vector => Vectors.Cosine(vector, query)).OrderDescending().Take(10)];
            for (int i = 0; i < best.Length; i++)
                Assert.Equal(best[i], Vectors.Cosine(vectors[int.Parse(found[i].Id)], query), 1e-6);
        }
    }

    [Fact]
    public async Task Filters_deletes_and_replacements_hold_over_codes_too()
    {
        float[][] vectors = Make(64, 30, Count);
        await using CollectionHandle collection = await FillAsync(64, vectors);
        Random random = new(5);
        string[] gone = [.. Enumerable.Range(0, 3000).Select(_ => $"{random.Next(Count)}").Distinct()];
        await collection.DeleteAsync(gone, Token);
        float[][] others = Make(64, 30, 500, seed: 77);
        int[] moved = [.. Enumerable.Range(0, others.Length).Select(i => i * 31)];
        await collection.UpsertAsync([.. moved.Select((row, i) => Point(row, others[i]))], Token);
        Dictionary<int, float[]> model = Enumerable.Range(0, Count).Where(row => !gone.Contains($"{row}")).ToDictionary(row => row, row => vectors[row]);
        for (int i = 0; i < moved.Length; i++)
            model[moved[i]] = others[i];
        (SearchFilter? Filter, Func<int, bool> Lets)[] filters =
        [
            (null, _ => true),
            (new SearchFilter("label3", null), row => row % 7 == 3),
            (new SearchFilter(null, new Dictionary<string, JsonNode> { ["m"] = 2 }), row => row % 5 == 2),
            (new SearchFilter("label1", new Dictionary<string, JsonNode> { ["m"] = 4 }), row => row % 7 == 1 && row % 5 == 4),
            (new SearchFilter("none", null), _ => false),
        ];
        foreach ((SearchFilter? filter, Func<int, bool> lets) in filters)
        {
            for (int number = 0; number < 5; number++)
            {
                float[] query = Make(64, 30, 1, seed: 200 + number)[0];
                double[] expected = [.. model.Where(point => lets(point.Key)).Select(point => Vectors.Cosine(point.Value, query)).OrderDescending().Take(15)];

                IReadOnlyList<SearchHit> found = await collection.SearchAsync(query, 15, filter, ScanKind.Auto, Token);

                Assert.Equal(expected.Length, found.Count);
                Assert.All(found, hit => Assert.True(lets(int.Parse(hit.Id))));
                for (int i = 0; i < expected.Length; i++)
                    Assert.Equal(expected[i], Vectors.Cosine(model[int.Parse(found[i].Id)], query), 1e-6);
                Assert.Equal(Told(await collection.SearchAsync(query, 15, filter, ScanKind.Exact, Token)), Told(found));
            }
        }
    }

    [Fact]
    public async Task No_score_passes_the_bound_of_its_codes_and_the_bound_is_tight()
    {
        float[][] vectors = Make(128, 0, Count);
        await using CollectionHandle collection = await FillAsync(128, vectors);
        CollectionView view = collection.Collection.Acquire();
        double widest = 0;
        for (int number = 0; number < Queries; number++)
        {
            float[] query = Make(128, 0, 1, seed: number + 1)[0];
            float[] bounds = BoundsOf(view.Blocks[1].Codes!, query, out float slack);
            for (int row = 0; row < RowBlock.Rows; row++)
            {
                double above = bounds[row] + slack - Vectors.Cosine(view.Blocks[1].Vector(row), query);
                Assert.True(above >= 0, $"row {row} passes its bound by {-above}");
                widest = Math.Max(widest, above);
            }
        }
        Assert.InRange(widest, 0, 0.05);
        view.Segment.Release();
    }

    [Fact]
    public async Task Codes_that_are_missing_cut_off_damaged_or_of_other_vectors_are_made_again()
    {
        float[][] vectors = Make(27, 10, Count);
        await (await FillAsync(27, vectors)).DisposeAsync();
        SegmentFiles files = SegmentFiles.In(_folder.File(Vectors.Digest["sha256:".Length..]))!;
        byte[] whole = File.ReadAllBytes(files.Codes);
        byte[] flipped = [.. whole], swapped = [.. whole[(whole.Length / 2)..], .. whole[..(whole.Length / 2)]];
        flipped[1000] ^= 1;
        flipped[^5000] ^= 1;
        foreach (byte[]? left in (byte[]?[])[null, [], whole[..(whole.Length / 3)], flipped, swapped])
        {
            File.Delete(files.Codes);
            if (left is not null) File.WriteAllBytes(files.Codes, left);
            await using (CollectionHandle collection = await OpenAsync(27))
            {
                await collection.Collection.UpkeepDone;
                Assert.Equal(0, collection.Collection.DamagedPoints);
                Assert.Equal($"{Count / 2}", (await collection.SearchAsync(vectors[Count / 2], 1, null, ScanKind.Auto, Token))[0].Id);
            }
            Assert.Equal(whole, File.ReadAllBytes(files.Codes));
        }
    }

    [Fact]
    public async Task Without_room_for_codes_a_search_reads_the_vectors()
    {
        SegmentFiles files = new(_folder.File(Vectors.Digest["sha256:".Length..]), 1);
        float[][] vectors = Make(8, 0, Count);
        await (await FillAsync(8, vectors)).DisposeAsync();
        File.Delete(files.Codes);
        Directory.CreateDirectory(files.Codes); // where they should go
        await using CollectionHandle collection = await OpenAsync(8);
        await collection.Collection.UpkeepDone;

        Assert.NotNull(collection.Collection.Read(segment => segment.CodesFault));
        Assert.Null(collection.Collection.Read(segment => segment.View.Blocks[0].Codes));
        Assert.Equal("17", (await collection.SearchAsync(vectors[17], 1, null, ScanKind.Auto, Token))[0].Id);
    }

    [Fact]
    public async Task A_vector_that_changed_on_the_disk_is_answered_no_more_and_the_next_opening_says_so()
    {
        float[][] vectors = Make(8, 0, Count);
        await (await FillAsync(8, vectors)).DisposeAsync();
        SegmentFiles files = SegmentFiles.In(_folder.File(Vectors.Digest["sha256:".Length..]))!;
        using (FileStream rows = File.Open(files.Vectors, FileMode.Open))
        {
            rows.Position = (100 * 8 * sizeof(float)) + 1; // row 100, long before the last change
            rows.WriteByte((byte)(rows.ReadByte() ^ 0x20));
        }
        await using (CollectionHandle collection = await OpenAsync(8))
        {
            await collection.Collection.UpkeepDone;
            Assert.Equal(1, collection.Collection.DamagedPoints);
            Assert.Equal(Count - 1, collection.Count);
            Assert.Empty(await collection.ExistingAsync(["100"], Token));
            Assert.DoesNotContain("100", (await collection.SearchAsync(vectors[100], 50, null, ScanKind.Auto, Token)).Select(hit => hit.Id));
        }
        Assert.Contains("'100'", (await Assert.ThrowsAsync<CorruptCollectionException>(() => OpenAsync(8))).Message, StringComparison.Ordinal);
        await new EmbeddedVectorIndex(_folder.Path).DropAsync(Vectors.Digest, Token);
        await using CollectionHandle fresh = await OpenAsync(8);
        Assert.Equal(0, fresh.Count);
    }

    private static unsafe float[] BoundsOf(CodeBlock codes, float[] query, out float slack)
    {
        using QueryCodes queryCodes = new(query);
        float[] bounds = new float[RowBlock.Rows];
        fixed (float* to = bounds)
            codes.Bounds(0, RowBlock.Rows, queryCodes, to);
        slack = queryCodes.Slack;
        return bounds;
    }

    private async Task<CollectionHandle> OpenAsync(int dimensions) =>
        (CollectionHandle)await new EmbeddedVectorIndex(_folder.Path, new EmbeddedIndexOptions { Int8FromRows = 0 }).OpenAsync(Vectors.Digest, dimensions, Token);

    /// <summary>Stores the vectors by their number, with labels and metadata; all full blocks have codes.</summary>
    private async Task<CollectionHandle> FillAsync(int dimensions, float[][] vectors)
    {
        CollectionHandle collection = await OpenAsync(dimensions);
        foreach (VectorPoint[] batch in vectors.Select((vector, row) => Point(row, vector)).Chunk(3000))
            await collection.UpsertAsync(batch, Token);
        RowBlock[] blocks = collection.Collection.Read(segment => segment.View.Blocks);
        Assert.Equal([true, true, false], blocks.Select(block => block.Codes is not null));
        return collection;
    }

    private static VectorPoint Point(int row, float[] vector) => new($"{row}", vector, $"label{row % 7}", new JsonObject { ["m"] = row % 5 });

    /// <summary>Unit vectors around as many centres, or in all directions for 0.</summary>
    private static float[][] Make(int dimensions, int clusters, int count, int seed = 0)
    {
        Random random = new(seed);
        float[][] centres = [.. Enumerable.Range(0, clusters).Select(number => Vectors.Unit(dimensions, -1000 - number))];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            float[] vector = Vectors.Unit(dimensions, random.Next());
            if (clusters == 0) return vector;
            float[] centre = centres[random.Next(clusters)];
            double[] sum = [.. vector.Select((value, i) => (0.5 * value) + centre[i])];
            double length = Math.Sqrt(sum.Sum(value => value * value));
            return [.. sum.Select(value => (float)(value / length))];
        })];
    }

    private static string Told(IReadOnlyList<SearchHit> hits) => string.Join(' ', hits.Select(hit => $"{hit.Id}:{hit.Score:R}:{hit.Label}"));
}
