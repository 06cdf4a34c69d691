using System.Text.Json.Nodes;
using Perennial.Core.Search;

namespace Perennial.Core.Tests.Search;

public sealed class EmbeddedVectorIndexTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EmbeddedVectorIndex _index;

    public EmbeddedVectorIndexTests() => _index = new EmbeddedVectorIndex(_folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 50)]
    [InlineData(7, 300)]
    [InlineData(128, 20_000)] // several blocks, all cores
    public async Task A_search_finds_what_a_naive_loop_finds(int dimensions, int count)
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, dimensions, Token);
        VectorPoint[] points = [.. Enumerable.Range(0, count).Select(i => Vectors.Point($"p{i}", dimensions, i))];
        foreach (VectorPoint[] batch in points.Chunk(3000))
            await collection.UpsertAsync(batch, Token);
        Assert.Equal(count, collection.Count);
        for (int seed = -5; seed < 0; seed++)
        {
            float[] query = Vectors.Unit(dimensions, seed);

            IReadOnlyList<SearchHit> hits = await collection.SearchAsync(query, 10, null, Token);

            double[] expected = [.. points.Select(point => Vectors.Cosine(point.Vector.Span, query)).OrderDescending().Take(10)];
            Assert.Equal(expected.Length, hits.Count);
            Assert.Equal(hits.Count, hits.Select(hit => hit.Id).Distinct().Count());
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], hits[i].Score, 1e-6);
                Assert.Equal(expected[i], Vectors.Cosine(points[int.Parse(hits[i].Id[1..])].Vector.Span, query), 1e-6);
            }
        }
    }

    [Fact]
    public async Task Equal_scores_are_ordered_by_id_wherever_their_rows_lie()
    {
        // 27 dimensions: rows begin at every alignment.
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 27, Token);
        string[] ids = [.. Enumerable.Range(0, 9000).Select(i => $"{i * 7919 % 9000:D4}")];
        await collection.UpsertAsync([.. ids.Select(id => Vectors.Point(id, 27, seed: 1))], Token);

        IReadOnlyList<SearchHit> hits = await collection.SearchAsync(Vectors.Unit(27, 2), 200, null, Token);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i:D4}"), hits.Select(hit => hit.Id));
        Assert.Single(hits.Select(hit => hit.Score).Distinct());
    }

    [Fact]
    public async Task An_upsert_replaces_vector_and_payload_of_the_same_id()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 8, Token);
        await collection.UpsertAsync([Vectors.Point("a", 8, 1, "old", """{"x":1}""")], Token);
        await collection.UpsertAsync([Vectors.Point("a", 8, 2, "lost"), Vectors.Point("a", 8, 3, "new")], Token);

        SearchHit hit = Assert.Single(await collection.SearchAsync(Vectors.Unit(8, 3), 5, null, Token));

        Assert.Equal(("a", "new", null), (hit.Id, hit.Label, hit.Metadata));
        Assert.Equal(1, hit.Score, 1e-6);
        Assert.Equal(Vectors.Unit(8, 3), await collection.FindVectorAsync("a", Token));
        Assert.Equal(1, collection.Count);
    }

    [Fact]
    public async Task A_new_payload_leaves_the_vector_and_unknown_ids_are_passed_over()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 8, Token);
        await collection.UpsertAsync([Vectors.Point("a", 8, 1, "cat", """{"x":1}""")], Token);

        await collection.SetPayloadAsync([new VectorPayload("a", null, JsonNode.Parse("""{"y":[1,{"z":null}]}""")!.AsObject()), new VectorPayload("b", "dog", null)], Token);
        await collection.DeleteAsync(["b"], Token);

        SearchHit hit = Assert.Single(await collection.SearchAsync(Vectors.Unit(8, 1), 5, null, Token));
        Assert.Null(hit.Label);
        Assert.Equal("""{"y":[1,{"z":null}]}""", hit.Metadata!.ToJsonString());
        Assert.Null(await collection.FindVectorAsync("b", Token));
    }

    [Fact]
    public async Task The_metadata_of_a_hit_belongs_to_the_caller()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 8, Token);
        JsonObject given = new() { ["x"] = 1 };
        await collection.UpsertAsync([new VectorPoint("a", Vectors.Unit(8, 1), null, given)], Token);
        given["x"] = 2;
        SearchHit first = Assert.Single(await collection.SearchAsync(Vectors.Unit(8, 1), 1, null, Token));
        first.Metadata!["x"] = 3;
        _ = new JsonArray(first.Metadata);

        SearchHit second = Assert.Single(await collection.SearchAsync(Vectors.Unit(8, 1), 1, null, Token));

        Assert.Equal("""{"x":1}""", second.Metadata!.ToJsonString());
    }

    [Theory]
    [InlineData("cat", null, "a c")]
    [InlineData("bird", null, "")]
    [InlineData(null, """{"n":1}""", "a b")]
    [InlineData(null, """{"n":1.0}""", "a b")]
    [InlineData(null, """{"n":"1"}""", "c")]
    [InlineData(null, """{"o":{"p":1,"q":[true,null]}}""", "b")]
    [InlineData(null, """{"n":1,"t":"x"}""", "a")]
    [InlineData("cat", """{"n":1}""", "a")]
    [InlineData("cat", """{"missing":1}""", "")]
    [InlineData(null, "{}", "a b c d")]
    public async Task A_filter_asks_for_label_and_metadata_equality(string? label, string? metadata, string expected)
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 4, Token);
        await collection.UpsertAsync([
            Vectors.Point("a", 4, 1, "cat", """{"n":1,"t":"x"}"""),
            Vectors.Point("b", 4, 2, "dog", """{"n":1,"o":{"q":[true,null],"p":1}}"""),
            Vectors.Point("c", 4, 3, "cat", """{"n":"1"}"""),
            Vectors.Point("d", 4, 4)], Token);
        SearchFilter filter = new(label, metadata is null ? null : JsonNode.Parse(metadata)!.AsObject().ToDictionary(member => member.Key, member => member.Value!));

        IReadOnlyList<SearchHit> hits = await collection.SearchAsync(Vectors.Unit(4, 9), 10, filter, Token);

        Assert.Equal(expected, string.Join(' ', hits.Select(hit => hit.Id).Order()));
    }

    [Fact]
    public async Task K_is_bounded_by_what_is_there_and_must_be_positive()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 4, Token);
        Assert.Empty(await collection.SearchAsync(Vectors.Unit(4, 1), int.MaxValue, null, Token));
        await collection.UpsertAsync([Vectors.Point("a", 4, 1), Vectors.Point("b", 4, 2)], Token);
        Assert.Equal(2, (await collection.SearchAsync(Vectors.Unit(4, 1), int.MaxValue, null, Token)).Count);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => collection.SearchAsync(Vectors.Unit(4, 1), 0, null, Token));
    }

    [Fact]
    public async Task Existing_ids_are_told_from_unknown_and_deleted_ones()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 4, Token);
        await collection.UpsertAsync([Vectors.Point("a", 4, 1), Vectors.Point("b", 4, 2)], Token);
        await collection.DeleteAsync(["b", "b"], Token);

        Assert.Equal(["a"], await collection.ExistingAsync(["a", "b", "c", "a"], Token));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(0f)]
    [InlineData(1.2f)]
    public async Task A_vector_that_is_not_finite_or_not_of_unit_length_is_refused_with_its_whole_batch(float component)
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 2, Token);
        VectorPoint bad = new("bad", new[] { component, 0f }, null, null);

        ArgumentException fault = await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Vectors.Point("good", 2, 1), bad], Token));

        Assert.Contains("'bad'", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, collection.Count);
        await Assert.ThrowsAsync<ArgumentException>(() => collection.SearchAsync(bad.Vector, 1, null, Token));
    }

    [Fact]
    public async Task Another_dimension_is_refused_everywhere()
    {
        IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 4, Token);
        await Assert.ThrowsAsync<DimensionMismatchException>(() => collection.UpsertAsync([Vectors.Point("a", 5, 1)], Token));
        await Assert.ThrowsAsync<DimensionMismatchException>(() => collection.SearchAsync(Vectors.Unit(3, 1), 1, null, Token));
        await Assert.ThrowsAsync<DimensionMismatchException>(() => _index.OpenAsync(Vectors.Digest, 5, Token));
        await collection.DisposeAsync();

        DimensionMismatchException fault = await Assert.ThrowsAsync<DimensionMismatchException>(() => new EmbeddedVectorIndex(_folder.Path).OpenAsync(Vectors.Digest, 5, Token));
        Assert.Equal((4, 5), (fault.Expected, fault.Actual));
    }

    [Theory]
    [InlineData("")]
    [InlineData("sha256:")]
    [InlineData("sha256:../../etc")]
    [InlineData("sha256:ABC")]
    [InlineData("md5:aa")]
    public async Task Something_that_is_not_a_digest_is_refused(string digest) =>
        await Assert.ThrowsAsync<ArgumentException>(() => _index.OpenAsync(digest, 4, Token));

    [Fact]
    public async Task An_empty_or_endless_id_is_refused()
    {
        await using IVectorCollection collection = await _index.OpenAsync(Vectors.Digest, 4, Token);
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Vectors.Point("", 4, 1)], Token));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Vectors.Point(new string('x', 1025), 4, 1)], Token));
        await Assert.ThrowsAsync<ArgumentException>(() => collection.UpsertAsync([Vectors.Point("half a pair \ud800", 4, 1)], Token));
    }

    [Fact]
    public async Task Collections_are_listed_in_order_until_they_are_dropped()
    {
        foreach (string digest in (string[])["sha256:cc", "sha256:aa", "sha256:bb"])
            await using (await _index.OpenAsync(digest, 4, Token)) { }
        Directory.CreateDirectory(_folder.File("dd")); // a crash before the first journal was named

        Assert.Equal(["sha256:aa", "sha256:bb", "sha256:cc"], await _index.ListAsync(Token));
        await _index.DropAsync("sha256:bb", Token);
        await _index.DropAsync("sha256:bb", Token);
        Assert.Equal(["sha256:aa", "sha256:cc"], await _index.ListAsync(Token));
    }

    [Fact]
    public async Task A_collection_that_is_opened_twice_is_one_and_closes_with_its_last_handle()
    {
        IVectorCollection first = await _index.OpenAsync(Vectors.Digest, 4, Token);
        IVectorCollection second = await _index.OpenAsync(Vectors.Digest, 4, Token);
        await first.UpsertAsync([Vectors.Point("a", 4, 1)], Token);
        await first.DisposeAsync();
        await first.DisposeAsync();

        Assert.Equal(1, second.Count);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.SearchAsync(Vectors.Unit(4, 1), 1, null, Token));
        await Assert.ThrowsAsync<IOException>(() => new EmbeddedVectorIndex(_folder.Path).OpenAsync(Vectors.Digest, 4, Token));
        await second.DisposeAsync();
        await using IVectorCollection elsewhere = await new EmbeddedVectorIndex(_folder.Path).OpenAsync(Vectors.Digest, 4, Token);
        Assert.Equal(1, elsewhere.Count);
    }
}
