using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed class EmbedTests : IAsyncLifetime
{
    private readonly TinyEncoder _encoder = new(size: 8);
    private LiveServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task One_raw_image_gets_the_embedding_that_plain_arithmetic_gives()
    {
        JsonObject answer = await _server.Http.PostImageAsync("/embed", Pictures.Png(200, 30, 90)).ReadAsync();
        AssertClose(_encoder.Embed(Pictures.Tile(8, 200, 30, 90)), Calls.Floats(answer["embeddings"]![0]!["embedding"]));
        Assert.Equal(0, (int?)answer["embeddings"]![0]!["index"]);
        Assert.Equal(8, (int?)answer["dimensions"]);
        Assert.Single(answer["embeddings"]!.AsArray());
        Assert.False(answer["embeddings"]![0]!.AsObject().ContainsKey("error"));
    }

    [Fact]
    public async Task The_answer_names_its_generation_and_digest_in_body_and_headers()
    {
        using HttpResponseMessage response = await _server.Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3));
        JsonObject answer = await Task.FromResult(response).ReadAsync();
        Assert.Equal(_server.Pair.Manifest.Number, (int?)answer["generation"]);
        Assert.Equal(_server.Pair.Manifest.Digest, (string?)answer["digest"]);
        Assert.Equal($"{_server.Pair.Manifest.Number}", response.Headers.GetValues("X-Perennial-Generation").Single());
        Assert.Equal(_server.Pair.Manifest.Digest, response.Headers.GetValues("X-Perennial-Digest").Single());
    }

    [Fact]
    public async Task Octet_stream_multipart_base64_and_data_uris_are_the_same_image()
    {
        byte[] image = Pictures.Png(10, 250, 60);
        string base64 = Convert.ToBase64String(image);
        float[] expected = _encoder.Embed(Pictures.Tile(8, 10, 250, 60));
        Task<HttpResponseMessage>[] calls =
        [
            _server.Http.PostImageAsync("/embed", image, "application/octet-stream"),
            _server.Http.PostFilesAsync("/embed", image),
            _server.Http.PostJsonAsync("/embed", Calls.Images(image)),
            _server.Http.PostJsonAsync("/embed", $$"""{"images":[{"data":"data:image/png;base64,{{base64}}"}]}"""),
            _server.Http.PostJsonAsync("/embed", $$"""{"images":[{"data":"{{base64.Replace("/", "\\/", StringComparison.Ordinal)}}"}]}"""),
        ];
        foreach (Task<HttpResponseMessage> call in calls) AssertClose(expected, Calls.Floats((await call.ReadAsync())["embeddings"]![0]!["embedding"]));
    }

    [Fact]
    public async Task Several_images_are_answered_in_their_order()
    {
        byte[][] images = [.. Enumerable.Range(0, 20).Select(i => Pictures.Png((byte)(i * 12), (byte)(255 - (i * 9)), 77))];
        foreach (Task<HttpResponseMessage> call in new[] { _server.Http.PostFilesAsync("/embed", images), _server.Http.PostJsonAsync("/embed", Calls.Images(images)) })
        {
            JsonArray embeddings = (await call.ReadAsync())["embeddings"]!.AsArray();
            Assert.Equal(20, embeddings.Count);
            for (int i = 0; i < 20; i++)
            {
                Assert.Equal(i, (int?)embeddings[i]!["index"]);
                AssertClose(_encoder.Embed(Pictures.Tile(8, (byte)(i * 12), (byte)(255 - (i * 9)), 77)), Calls.Floats(embeddings[i]!["embedding"]));
            }
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_again_of_length_one()
    {
        float[] head = _encoder.Embed(Pictures.Tile(8, 9, 99, 199))[..3];
        double norm = Math.Sqrt(head.Sum(x => (double)x * x));
        float[] expected = [.. head.Select(x => (float)(x / norm))];
        byte[] image = Pictures.Png(9, 99, 199);
        JsonObject byQuery = await _server.Http.PostImageAsync("/embed?dimensions=3", image).ReadAsync();
        JsonObject byMember = await _server.Http.PostJsonAsync("/embed", $$"""{"images":[{"data":"{{Convert.ToBase64String(image)}}"}],"dimensions":3}""").ReadAsync();
        foreach (JsonObject answer in new[] { byQuery, byMember })
        {
            Assert.Equal(3, (int?)answer["dimensions"]);
            AssertClose(expected, Calls.Floats(answer["embeddings"]![0]!["embedding"]));
        }
    }

    [Fact]
    public async Task Base64_holds_the_same_floats_bit_for_bit()
    {
        byte[] image = Pictures.Png(44, 55, 66);
        JsonObject numbers = await _server.Http.PostImageAsync("/embed?encoding_format=float", image).ReadAsync();
        JsonObject text = await _server.Http.PostJsonAsync("/embed", $$"""{"images":[{"data":"{{Convert.ToBase64String(image)}}"}],"encoding_format":"base64"}""").ReadAsync();
        byte[] bytes = Convert.FromBase64String((string)text["embeddings"]![0]!["embedding"]!);
        Assert.Equal(Calls.Floats(numbers["embeddings"]![0]!["embedding"]), MemoryMarshal.Cast<byte, float>(bytes).ToArray());
    }

    [Fact]
    public async Task A_bad_image_among_good_ones_gets_its_own_error()
    {
        byte[] truncated = Pictures.Jpeg();
        JsonObject answer = await _server.Http.PostFilesAsync("/embed", Pictures.Png(1, 1, 1), truncated[..(truncated.Length / 2)], "no image"u8.ToArray(), [], Pictures.Bomb(), Pictures.Png(2, 2, 2)).ReadAsync();
        JsonArray items = answer["embeddings"]!.AsArray();
        Assert.Equal([null, "corrupt_image", "unsupported_image", "empty_image", "image_too_large", null], items.Select(item => (string?)item!["error"]?["code"]));
        Assert.All(items, item => Assert.Equal(item!["error"] is null, item["embedding"] is not null));
        Assert.All(items.Where(item => item!["error"] is not null), item => Assert.NotEmpty((string)item!["error"]!["message"]!));
    }

    [Fact]
    public async Task Invalid_base64_among_good_images_is_that_items_error()
    {
        string good = Convert.ToBase64String(Pictures.Png(1, 1, 1));
        string[] bad = ["%%%%", "AAA", "data:image/png,abc", "data:image/png;base64", "http://127.0.0.1/cat.png"];
        string items = string.Join(',', bad.Prepend(good).Select(data => $$"""{"data":"{{data}}"}"""));
        JsonObject answer = await _server.Http.PostJsonAsync("/embed", $$"""{"images":[{{items}}]}""").ReadAsync();
        Assert.Equal([null, .. bad.Select(_ => "invalid_request")], answer["embeddings"]!.AsArray().Select(item => (string?)item!["error"]?["code"]));
    }

    [Fact]
    public async Task When_no_image_can_be_used_the_answer_is_422_with_every_reason()
    {
        JsonObject problem = await _server.Http.PostFilesAsync("/embed", "nothing"u8.ToArray(), []).ProblemAsync(422, "unsupported_image");
        Assert.Equal(["unsupported_image", "empty_image"], problem["errors"]!.AsArray().Select(error => (string?)error!["code"]));
        Assert.Equal([0, 1], problem["errors"]!.AsArray().Select(error => (int)error!["index"]!));
    }

    [Fact]
    public async Task A_caller_that_leaves_gives_its_places_back()
    {
        using CancellationTokenSource leave = new();
        ByteArrayContent content = new(Pictures.Png(1, 2, 3));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("image/png");
        Task<HttpResponseMessage> call = _server.Http.PostAsync("/embed", content, leave.Token);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await _server.Http.PostImageAsync("/embed", Pictures.Png(3, 2, 1)).ReadAsync();
        for (int turn = 0; turn < 500 && _server.Pair.Embedder.Accepted > 0; turn++) await Task.Delay(10, TestContext.Current.CancellationToken);
        Assert.Equal(0, _server.Pair.Embedder.Accepted);
    }

    internal static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
