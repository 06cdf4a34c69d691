using System.Globalization;
using System.Text.Json.Nodes;
using Perennial.Core.Search;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class SearchTests : IAsyncLifetime
{
    private static readonly (byte Red, byte Green, byte Blue)[] Colours = [(250, 10, 10), (240, 30, 20), (10, 250, 10), (20, 230, 40), (10, 10, 250), (128, 128, 128)];

    private readonly TinyEncoder _encoder = new(size: 8);
    private readonly List<string> _ids = [];
    private LiveServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Six colours in corpus and index; the second half is labelled "late", each has its number as metadata.
    public async ValueTask InitializeAsync()
    {
        _server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder });
        for (int i = 0; i < Colours.Length; i++)
        {
            _ids.Add((string)(await _server.Http.PostImageAsync("/images", Picture(i)).ReadAsync(201))["images"]![0]!["id"]!);
            await _server.Pair.Collection.UpsertAsync([new VectorPoint(_ids[i], Embedding(i), i < 3 ? "early" : "late", new JsonObject { ["n"] = i, ["even"] = i % 2 == 0 })], Token);
        }
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task By_raw_image_the_hits_are_those_of_plain_arithmetic_best_first()
    {
        JsonObject answer = await _server.Http.PostImageAsync("/search?k=4", Picture(0)).ReadAsync();
        Assert.Equal(_server.Pair.Manifest.Digest, (string?)answer["digest"]);
        Assert.Equal(1, (int?)answer["generation"]);
        AssertHits(Ranked(0).Take(4), answer);
        Assert.Equal(_ids[0], (string?)answer["hits"]![0]!["id"]);
        Assert.Equal(1f, (float)answer["hits"]![0]!["score"]!, 1e-5f);
        Assert.Equal("early", (string?)answer["hits"]![0]!["label"]);
        Assert.Equal(0, (int?)answer["hits"]![0]!["metadata"]!["n"]);
    }

    [Fact]
    public async Task By_image_in_JSON_and_by_file_it_is_the_same()
    {
        AssertHits(Ranked(3), await _server.Http.PostJsonAsync("/search", $$"""{"image":{"data":"{{Convert.ToBase64String(Picture(3))}}"} }""").ReadAsync());
        AssertHits(Ranked(3), await _server.Http.PostFilesAsync("/search", Picture(3)).ReadAsync());
    }

    [Fact]
    public async Task By_id_the_image_itself_is_not_among_its_hits()
    {
        JsonObject answer = await _server.Http.PostJsonAsync("/search", $$"""{"id":"{{_ids[2]}}","k":3}""").ReadAsync();
        AssertHits(Ranked(2).Skip(1).Take(3), answer);
    }

    [Fact]
    public async Task By_id_of_an_image_that_is_not_indexed_yet_the_original_is_embedded()
    {
        await _server.Pair.Collection.DeleteAsync([_ids[2]], Token);
        AssertHits(Ranked(2).Skip(1), await _server.Http.PostJsonAsync("/search", $$"""{"id":"{{_ids[2]}}"}""").ReadAsync());
    }

    [Fact]
    public async Task By_vector_of_the_serving_generation()
    {
        AssertHits(Ranked(4), await _server.Http.PostJsonAsync("/search", ByVector(Embedding(4), generation: 1)).ReadAsync());
        AssertHits(Ranked(4), await _server.Http.PostJsonAsync("/search", ByVector([.. Embedding(4).Select(x => 17 * x)], generation: 1)).ReadAsync());
    }

    [Fact]
    public async Task A_vector_of_another_generation_is_refused()
    {
        await _server.Http.PostJsonAsync("/search", ByVector(Embedding(4), generation: 2)).ProblemAsync(409, "generation_mismatch");
        await _server.ServeAsync(new TinyGeneration { Encoder = new TinyEncoder(size: 8, seed: 99) });
        await _server.Http.PostJsonAsync("/search", ByVector(Embedding(4), generation: 1)).ProblemAsync(409, "generation_mismatch");
    }

    [Fact]
    public async Task A_vector_of_a_generation_with_the_same_encoder_is_welcome()
    {
        await _server.ServeAsync(new TinyGeneration { Encoder = _encoder, Classifier = new TinyClassifier() });
        JsonObject answer = await _server.Http.PostJsonAsync("/search", ByVector(Embedding(4), generation: 1)).ReadAsync();
        Assert.Equal(2, (int?)answer["generation"]);
        AssertHits(Ranked(4), answer);
    }

    [Fact]
    public async Task A_filter_lets_through_what_has_the_label_and_the_metadata()
    {
        AssertHits(Ranked(0).Where(hit => hit.Index >= 3), await SearchAsync("""{"label":"late"}"""));
        AssertHits(Ranked(0).Where(hit => hit.Index % 2 == 0), await SearchAsync("""{"metadata":{"even":true}}"""));
        AssertHits(Ranked(0).Where(hit => hit.Index == 4), await SearchAsync("""{"label":"late","metadata":{"even":true,"n":4}}"""));
        AssertHits([], await SearchAsync("""{"label":"never"}"""));
        AssertHits(Ranked(0), await SearchAsync("{}"));

        Task<JsonObject> SearchAsync(string filter)
            => _server.Http.PostJsonAsync("/search", $$"""{"image":{"data":"{{Convert.ToBase64String(Picture(0))}}"},"filter":{{filter}} }""").ReadAsync();
    }

    [Fact]
    public async Task A_query_that_makes_no_sense_is_refused()
    {
        string[] bodies =
        [
            "{}", """{"k":5}""", $$"""{"id":"{{_ids[0]}}","vector":[1],"generation":1}""", """{"vector":[1,2,3]}""", $$"""{"id":"{{_ids[0]}}","generation":1}""",
            """{"vector":[1,2,3],"generation":1}""", """{"vector":[],"generation":1}""", """{"vector":[0,0,0,0,0,0,0,0],"generation":1}""", """{"vector":[1e39,0,0,0,0,0,0,0],"generation":1}""",
            """{"vector":["1",0,0,0,0,0,0,0],"generation":1}""", """{"vector":[null,0,0,0,0,0,0,0],"generation":1}""",
            $$"""{"id":"{{_ids[0]}}","k":0}""", $$"""{"id":"{{_ids[0]}}","k":1001}""", $$"""{"id":"{{_ids[0]}}","k":"5"}""",
            $$"""{"id":"{{_ids[0]}}","filter":{"colour":"red"} }""", $$"""{"id":"{{_ids[0]}}","filter":{"metadata":{"n":null} } }""", $$"""{"id":"{{_ids[0]}}","filter":[]}""",
        ];
        foreach (string json in bodies) await _server.Http.PostJsonAsync("/search", json).ProblemAsync(400, "invalid_request");
        await _server.Http.PostFilesAsync("/search", Picture(0), Picture(1)).ProblemAsync(400, "invalid_request");
        await _server.Http.PostJsonAsync("/search", $$"""{"id":"{{new string('0', 64)}}"}""").ProblemAsync(404, "not_found");
        await _server.Http.PostJsonAsync("/search", """{"image":{"data":"aGVsbG8="}}""").ProblemAsync(422, "unsupported_image");
    }

    private static byte[] Picture(int i) => Pictures.Png(Colours[i].Red, Colours[i].Green, Colours[i].Blue);

    private static string ByVector(float[] vector, int generation)
        => $$"""{"vector":[{{string.Join(',', vector.Select(x => x.ToString("R", CultureInfo.InvariantCulture)))}}],"generation":{{generation}} }""";

    private float[] Embedding(int i) => _encoder.Embed(Pictures.Tile(8, Colours[i].Red, Colours[i].Green, Colours[i].Blue));

    private IEnumerable<(int Index, double Score)> Ranked(int query) => Enumerable.Range(0, Colours.Length)
        .Select(i => (Index: i, Score: Embedding(query).Zip(Embedding(i)).Sum(pair => (double)pair.First * pair.Second)))
        .OrderByDescending(hit => hit.Score);

    private void AssertHits(IEnumerable<(int Index, double Score)> expected, JsonObject answer)
    {
        JsonArray hits = answer["hits"]!.AsArray();
        Assert.Equal(expected.Select(hit => _ids[hit.Index]), hits.Select(hit => (string)hit!["id"]!));
        Assert.All(expected.Zip(hits), pair => Assert.Equal(pair.First.Score, (double)pair.Second!["score"]!, 1e-4));
    }
}
