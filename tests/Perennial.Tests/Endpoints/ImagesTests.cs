using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using NetVips;
using Perennial.Core.Search;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class ImagesTests : IAsyncLifetime
{
    private static readonly string Unknown = new('0', 64);

    private LiveServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_image_is_named_by_the_SHA_256_of_its_bytes_and_a_second_time_changes_nothing()
    {
        byte[] image = Pictures.Png(1, 2, 3, width: 30, height: 20);
        string id = Convert.ToHexStringLower(SHA256.HashData(image));
        using HttpResponseMessage response = await _server.Http.PostImageAsync("/images?label=cat", image);
        JsonObject first = await Task.FromResult(response).ReadAsync(201);
        Assert.Equal($"/images/{id}", response.Headers.Location?.ToString());
        AssertJson($$"""{"images":[{"id":"{{id}}","duplicate":false,"width":30,"height":20}]}""", first);
        JsonObject second = await _server.Http.PostImageAsync("/images?label=dog", image).ReadAsync(201);
        AssertJson($$"""{"images":[{"id":"{{id}}","duplicate":true,"width":30,"height":20}]}""", second);
        Assert.Equal("cat", (string?)(await GetAsync($"/images/{id}").ReadAsync())["label"]);
        Assert.Equal(1, _server.Corpus.Count);
    }

    [Fact]
    public async Task The_record_holds_what_was_said_of_the_image()
    {
        byte[] image = Pictures.Png(5, 5, 5, width: 12, height: 34);
        string id = await AddAsync("/images?label=a%20cat&metadata=%7B%22shelf%22%3A%7B%22row%22%3A4%7D%7D", image);
        JsonObject record = await GetAsync($"/images/{id}").ReadAsync();
        Assert.Equal((id, 12, 34, "png", image.Length, "a cat"),
            ((string)record["id"]!, (int)record["width"]!, (int)record["height"]!, (string)record["format"]!, (int)record["bytes"]!, (string)record["label"]!));
        AssertJson("""{"shelf":{"row":4}}""", record["metadata"]!);
        Assert.Contains((string)record["split"]!, new[] { "train", "test" });
        Assert.True(DateTimeOffset.Parse((string)record["receivedAt"]!, System.Globalization.CultureInfo.InvariantCulture) > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task In_JSON_each_image_may_bring_its_own_label_and_metadata()
    {
        string a = Convert.ToBase64String(Pictures.Png(1, 0, 0)), b = Convert.ToBase64String(Pictures.Png(2, 0, 0));
        JsonObject answer = await _server.Http.PostJsonAsync("/images?label=plant&metadata=%7B%22n%22%3A1%7D",
            $$"""{"images":[{"data":"{{a}}","metadata":{"n":2},"label":"fern"},{"data":"{{b}}"}]}""").ReadAsync(201);
        JsonObject first = await GetAsync($"/images/{answer["images"]![0]!["id"]}").ReadAsync(), second = await GetAsync($"/images/{answer["images"]![1]!["id"]}").ReadAsync();
        Assert.Equal(("fern", 2), ((string)first["label"]!, (int)first["metadata"]!["n"]!));
        Assert.Equal(("plant", 1), ((string)second["label"]!, (int)second["metadata"]!["n"]!));
    }

    [Fact]
    public async Task Good_images_are_kept_and_bad_ones_among_them_get_their_errors()
    {
        JsonObject answer = await _server.Http.PostFilesAsync("/images", Pictures.Png(1, 1, 1), "no image"u8.ToArray(), Pictures.Bomb(), Pictures.Png(2, 2, 2)).ReadAsync(201);
        JsonArray images = answer["images"]!.AsArray();
        Assert.Equal([null, "unsupported_image", "image_too_large", null], images.Select(image => (string?)image!["error"]?["code"]));
        Assert.All([images[0], images[3]], image => Assert.NotNull(_server.Corpus.Find((string)image!["id"]!)));
        Assert.Equal(2, _server.Corpus.Count);
    }

    [Fact]
    public async Task A_bad_label_in_JSON_is_that_images_error()
    {
        string a = Convert.ToBase64String(Pictures.Png(1, 0, 0)), b = Convert.ToBase64String(Pictures.Png(2, 0, 0));
        JsonObject answer = await _server.Http.PostJsonAsync("/images", $$"""{"images":[{"data":"{{a}}","label":" "},{"data":"{{b}}","label":"good"}]}""").ReadAsync(201);
        Assert.Equal(["invalid_request", null], answer["images"]!.AsArray().Select(image => (string?)image!["error"]?["code"]));
    }

    [Fact]
    public async Task The_content_is_the_original_byte_for_byte_and_may_be_asked_for_in_ranges()
    {
        byte[] image = Pictures.Jpeg();
        string id = await AddAsync("/images", image);
        using HttpResponseMessage whole = await GetAsync($"/images/{id}/content");
        Assert.Equal("image/jpeg", whole.Content.Headers.ContentType?.MediaType);
        Assert.Equal(image, await whole.Content.ReadAsByteArrayAsync(Token));
        using HttpRequestMessage request = new(HttpMethod.Get, $"/images/{id}/content") { Headers = { Range = new RangeHeaderValue(10, 19) } };
        using HttpResponseMessage part = await _server.Http.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(image[10..20], await part.Content.ReadAsByteArrayAsync(Token));
    }

    [Fact]
    public async Task A_thumbnail_has_the_longest_side_that_was_asked_for()
    {
        string id = await AddAsync("/images", Pictures.Jpeg(width: 120, height: 80));
        using HttpResponseMessage response = await GetAsync($"/images/{id}/content?size=30");
        Assert.Equal("image/jpeg", response.Content.Headers.ContentType?.MediaType);
        using Image thumbnail = Image.NewFromBuffer(await response.Content.ReadAsByteArrayAsync(Token));
        Assert.Equal((30, 20), (thumbnail.Width, thumbnail.Height));
        await GetAsync($"/images/{id}/content?size=7").ProblemAsync(400, "invalid_request");
        await GetAsync($"/images/{id}/content?size=5000").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_label_can_be_set_changed_and_taken_away()
    {
        string id = await AddAsync("/images", Pictures.Png(9, 9, 9));
        foreach (string? label in new[] { "cat", "dog", null })
        {
            using HttpResponseMessage response = await _server.Http.PutJsonAsync($"/images/{id}/label", new JsonObject { ["label"] = label }.ToJsonString());
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
            Assert.Equal(label, (string?)(await GetAsync($"/images/{id}").ReadAsync())["label"]);
        }
    }

    [Theory]
    [InlineData("""{"label":""}""", "invalid_request"), InlineData("""{"label":5}""", "invalid_request"), InlineData("""{}""", "invalid_request")]
    [InlineData("""{"label":"a\tb"}""", "invalid_request"), InlineData("""{"label":"a","b":1}""", "invalid_request"), InlineData("""{"label":""", "invalid_json")]
    public async Task An_unacceptable_label_is_refused(string json, string code)
    {
        string id = await AddAsync("/images?label=kept", Pictures.Png(9, 9, 9));
        await _server.Http.PutJsonAsync($"/images/{id}/label", json).ProblemAsync(400, code);
        Assert.Equal("kept", _server.Corpus.Find(id)!.Label);
    }

    [Fact]
    public async Task A_label_that_is_not_JSON_is_415()
        => await _server.Http.PutAsync($"/images/{Unknown}/label", new StringContent("cat"), Token).ProblemAsync(415, "unsupported_media_type");

    [Fact]
    public async Task A_deleted_image_is_gone_from_corpus_disk_and_index()
    {
        string id = await AddAsync("/images", Pictures.Png(9, 9, 9));
        await _server.Pair.Collection.UpsertAsync([new VectorPoint(id, new float[] { 1, 0, 0, 0, 0, 0, 0, 0 }, null, null)], Token);
        string path = _server.Corpus.OriginalPath(id)!;
        using HttpResponseMessage response = await _server.Http.DeleteAsync($"/images/{id}", Token);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        await GetAsync($"/images/{id}").ProblemAsync(404, "not_found");
        Assert.False(File.Exists(path));
        Assert.Null(await _server.Pair.Collection.FindVectorAsync(id, Token));
    }

    [Fact]
    public async Task An_unknown_id_is_404_everywhere()
    {
        foreach (string id in new[] { Unknown, "cat", "..%2F..%2Fetc%2Fpasswd", new string('A', 64), new string('a', 5000) })
        {
            await GetAsync($"/images/{id}").ProblemAsync(404, "not_found");
            await GetAsync($"/images/{id}/content").ProblemAsync(404, "not_found");
            await GetAsync($"/images/{id}/content?size=64").ProblemAsync(404, "not_found");
            await _server.Http.PutJsonAsync($"/images/{id}/label", """{"label":"cat"}""").ProblemAsync(404, "not_found");
            await _server.Http.DeleteAsync($"/images/{id}", Token).ProblemAsync(404, "not_found");
        }
    }

    private async Task<string> AddAsync(string call, byte[] image) => (string)(await _server.Http.PostImageAsync(call, image).ReadAsync(201))["images"]![0]!["id"]!;

    private Task<HttpResponseMessage> GetAsync(string path) => _server.Http.GetAsync(path, Token);

    private static void AssertJson(string expected, JsonNode actual) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{actual.ToJsonString()} instead of {expected}");
}
