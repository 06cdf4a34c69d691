using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

/// <summary>Every call that takes images refuses what is none, and what is no request at all, in the same words.</summary>
public sealed class BadInputTests(BadInputTests.Shared shared) : IClassFixture<BadInputTests.Shared>
{
    private static readonly string[] Calls3 = ["/embed", "/classify", "/search", "/images"];

    private HttpClient Http => shared.Server.Http;

    public static TheoryData<string> ImageCalls => [.. Calls3];

    [Theory, MemberData(nameof(ImageCalls))]
    public Task Zero_bytes_are_refused(string call) => Http.PostImageAsync(call, []).ProblemAsync(422, "empty_image");

    [Theory, MemberData(nameof(ImageCalls))]
    public Task What_is_not_an_image_is_refused(string call) => Http.PostImageAsync(call, "hello, world"u8.ToArray()).ProblemAsync(422, "unsupported_image");

    [Theory, MemberData(nameof(ImageCalls))]
    public Task A_truncated_image_is_refused(string call)
    {
        byte[] jpeg = Pictures.Jpeg();
        return Http.PostImageAsync(call, jpeg[..(jpeg.Length / 2)], "image/jpeg").ProblemAsync(422, "corrupt_image");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public Task Twenty_thousand_pixels_squared_in_a_small_file_are_refused(string call) => Http.PostImageAsync(call, Pictures.Bomb()).ProblemAsync(413, "image_too_large");

    [Theory, MemberData(nameof(ImageCalls))]
    public Task More_bytes_than_an_image_may_have_are_refused(string call)
        => Http.PostImageAsync(call, new byte[Shared.MaxImageBytes + 1]).ProblemAsync(413, "image_too_large");

    [Theory, MemberData(nameof(ImageCalls))]
    public Task More_bytes_than_a_body_may_have_are_refused(string call)
        => Http.PostImageAsync(call, new byte[Shared.MaxRequestBytes + 1]).ProblemAsync(413, "payload_too_large");

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task A_chunked_body_that_grows_too_large_is_refused(string call)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, call) { Content = new ByteArrayContent(new byte[Shared.MaxRequestBytes + 1]) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("image/png");
        request.Headers.TransferEncodingChunked = true;
        await Http.SendAsync(request, TestContext.Current.CancellationToken).ProblemAsync(413, "payload_too_large");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task A_wrong_content_type_is_refused(string call)
    {
        await Http.PostImageAsync(call, Pictures.Png(1, 2, 3), "text/plain").ProblemAsync(415, "unsupported_media_type");
        await Http.PostImageAsync(call, Pictures.Png(1, 2, 3), "application/x-www-form-urlencoded").ProblemAsync(415, "unsupported_media_type");
        await Http.PostAsync(call, new ByteArrayContent(Pictures.Png(1, 2, 3)), TestContext.Current.CancellationToken).ProblemAsync(415, "unsupported_media_type");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task A_compressed_body_is_refused(string call)
    {
        ByteArrayContent content = new(Pictures.Png(1, 2, 3));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("image/png");
        content.Headers.ContentEncoding.Add("gzip");
        await Http.PostAsync(call, content, TestContext.Current.CancellationToken).ProblemAsync(415, "unsupported_media_type");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task Broken_JSON_is_refused(string call)
    {
        foreach (string json in new[] { "", "{", "{\"images\":[", "nonsense", "{\"images\":[]}}", new string('[', 100_000), "{\"images\":" + new string('[', 100) + new string(']', 100) + "}" })
            await Http.PostJsonAsync(call, json).ProblemAsync(400, "invalid_json");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task JSON_of_another_shape_is_refused(string call)
    {
        string image = Convert.ToBase64String(Pictures.Png(1, 2, 3));
        string[] bodies =
        [
            "null", "[]", "5", "\"text\"", "{}", """{"images":null}""", """{"images":5}""", """{"images":[null]}""", """{"images":[{}]}""", """{"images":[{"data":5}]}""", """{"images":[{"data":null}]}""",
            $$"""{"images":[{"data":"{{image}}","colour":"red"}]}""", $$"""{"images":[{"data":"{{image}}"}],"imagse":1}""", $$"""{"images":[{"data":"{{image}}"}],"images":[{"data":"{{image}}"}]}""",
        ];
        foreach (string json in bodies) await Http.PostJsonAsync(call, json).ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_refused_JSON_body_is_told_in_the_senders_terms()
    {
        Assert.Contains("'images'", (string?)(await Http.PostJsonAsync("/embed", "{}").ProblemAsync(400, "invalid_request"))["detail"], StringComparison.Ordinal);
        Assert.Contains("$.imagse", (string?)(await Http.PostJsonAsync("/embed", """{"imagse":[]}""").ProblemAsync(400, "invalid_request"))["detail"], StringComparison.Ordinal);
        Assert.Contains("$.images[0].data", (string?)(await Http.PostJsonAsync("/embed", """{"images":[{"data":5}]}""").ProblemAsync(400, "invalid_request"))["detail"], StringComparison.Ordinal);
        Assert.Contains("twice", (string?)(await Http.PostJsonAsync("/embed", """{"dimensions":1,"dimensions":2}""").ProblemAsync(400, "invalid_request"))["detail"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/embed"), InlineData("/classify"), InlineData("/images")]
    public async Task More_images_than_a_request_may_have_are_refused(string call)
    {
        byte[][] images = [.. Enumerable.Repeat(Pictures.Png(1, 2, 3), Shared.MaxImages + 1)];
        await Http.PostFilesAsync(call, images).ProblemAsync(413, "too_many_images");
        await Http.PostJsonAsync(call, Calls.Images(images)).ProblemAsync(413, "too_many_images");
        await Http.PostJsonAsync(call, """{"images":[]}""").ProblemAsync(400, "invalid_request");
    }

    [Theory, MemberData(nameof(ImageCalls))]
    public async Task A_damaged_multipart_body_is_refused(string call)
    {
        const string Part = "Content-Disposition: form-data; name=\"i\"; filename=\"i\"\r\n\r\nbytes";
        (string Type, string Body)[] bodies =
        [
            ("multipart/form-data", "--x\r\n"),
            ("multipart/form-data; boundary=" + new string('b', 71), "--x\r\n"),
            ("multipart/form-data; boundary=x", ""),
            ("multipart/form-data; boundary=x", "--x--\r\n"),
            ("multipart/form-data; boundary=x", $"--x\r\n{Part}"),
            ("multipart/form-data; boundary=x", $"--x\r\n{Part}\r\n--x"),
            ("multipart/form-data; boundary=x", "--x\r\nA: " + new string('a', 10_000) + "\r\n\r\n\r\n--x--\r\n"),
            ("multipart/form-data; boundary=x", "--x\r\n" + string.Concat(Enumerable.Range(0, 20).Select(i => $"H{i}: 1\r\n")) + "\r\n\r\n--x--\r\n"),
            ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\ncat\r\n--x--\r\n"),
        ];
        foreach ((string type, string body) in bodies)
            await Http.PostImageAsync(call, Encoding.ASCII.GetBytes(body), type).ProblemAsync(400, "invalid_request");
    }

    [Theory]
    [InlineData("/embed?dimensions=0"), InlineData("/embed?dimensions=abc"), InlineData("/embed?dimensions=9"), InlineData("/embed?dimensions=99999999999"), InlineData("/embed?dimensions=")]
    [InlineData("/embed?encoding_format=hex"), InlineData("/embed?dimension=3"), InlineData("/embed?dimensions=2&dimensions=3")]
    [InlineData("/classify?top=0"), InlineData("/classify?top=-1"), InlineData("/classify?top=1001"), InlineData("/classify?k=5")]
    [InlineData("/search?k=0"), InlineData("/search?k=1001"), InlineData("/search?k=1e3"), InlineData("/search?label=cat")]
    [InlineData("/images?label="), InlineData("/images?labl=cat"), InlineData("/images?metadata=5")]
    public Task An_impossible_query_is_refused(string call) => Http.PostImageAsync(call, Pictures.Png(1, 2, 3)).ProblemAsync(400, "invalid_request");

    [Fact]
    public Task Metadata_that_is_not_JSON_is_refused() => Http.PostImageAsync("/images?metadata=%7B", Pictures.Png(1, 2, 3)).ProblemAsync(400, "invalid_json");

    [Theory]
    [InlineData("""{"images":[{"data":"AAAA"}],"dimensions":0}"""), InlineData("""{"images":[{"data":"AAAA"}],"dimensions":9}"""), InlineData("""{"images":[{"data":"AAAA"}],"dimensions":1.5}""")]
    [InlineData("""{"images":[{"data":"AAAA"}],"dimensions":"3"}"""), InlineData("""{"images":[{"data":"AAAA"}],"encoding_format":"hex"}"""), InlineData("""{"images":[{"data":"AAAA"}],"encoding_format":1}""")]
    public Task An_impossible_member_is_refused(string json) => Http.PostJsonAsync("/embed", json).ProblemAsync(400, "invalid_request");

    [Fact]
    public async Task Unknown_addresses_and_methods_are_problems_too()
    {
        await Http.GetAsync("/nothing/here", TestContext.Current.CancellationToken).ProblemAsync(404, "not_found");
        await Http.GetAsync("/embed", TestContext.Current.CancellationToken).ProblemAsync(405, "method_not_allowed");
        await Http.DeleteAsync("/search", TestContext.Current.CancellationToken).ProblemAsync(405, "method_not_allowed");
    }

    [Fact]
    public async Task A_lie_about_the_length_costs_the_connection_and_nothing_else()
    {
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, Http.BaseAddress!.Port, TestContext.Current.CancellationToken);
            await client.GetStream().WriteAsync("POST /embed HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 50000\r\n\r\nabc"u8.ToArray(), TestContext.Current.CancellationToken);
        }
        await Http.PostImageAsync("/embed", Pictures.Png(1, 2, 3)).ReadAsync();
    }

    [Fact]
    public async Task Nothing_of_what_was_refused_is_kept()
    {
        await Http.PostImageAsync("/images", "hello, world"u8.ToArray()).ProblemAsync(422, "unsupported_image");
        await Http.PostImageAsync("/images?label=", Pictures.Png(7, 7, 7)).ProblemAsync(400, "invalid_request");
        Assert.Equal(0, shared.Server.Corpus.Count);
    }

    public sealed class Shared : IAsyncLifetime
    {
        internal const int MaxImages = 4;
        internal const int MaxImageBytes = 20_000;
        internal const int MaxRequestBytes = 400_000;

        internal LiveServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await LiveServer.StartServingAsync(
            new TinyGeneration { Encoder = new TinyEncoder(size: 8), Classifier = new TinyClassifier() },
            ("Perennial:Limits:MaxImagesPerRequest", $"{MaxImages}"), ("Perennial:Limits:MaxRequestBytes", $"{MaxRequestBytes}"), ("Perennial:Images:MaxBytes", $"{MaxImageBytes}"));

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
