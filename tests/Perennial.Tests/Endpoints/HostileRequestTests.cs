using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Perennial.Endpoints;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Endpoints.Fuzzing;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

/// <summary>What generated requests have brought to light, each by its name.</summary>
public sealed class HostileRequestTests(BadInputTests.Shared shared) : IClassFixture<BadInputTests.Shared>
{
    private static readonly string Picture = Convert.ToBase64String(Pictures.Png(1, 2, 3));

    private HttpClient Http => shared.Server.Http;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"a":1,"a":2}"""), InlineData("""{"n":{"a":1,"a":2}}"""), InlineData("""{"n":[{"a":1,"a":2}]}"""), InlineData("""{"n":[[{"x":{"a":1,"\u0061":2}}]]}""")]
    public async Task A_name_given_twice_in_an_object_of_the_callers_own_is_refused(string twice)
    {
        await Http.PostJsonAsync("/admin/runs", $$"""{"kind":"pretrain","recipe":"simclr-small","overrides":{{twice}}}""").ProblemAsync(400, "invalid_request");
        await Http.PutJsonAsync("/admin/policy", $$$"""{"run":{"overrides":{{{twice}}}} }""").ProblemAsync(400, "invalid_request");
        await Http.PostJsonAsync("/search", $$$"""{"image":{"data":"{{{Picture}}}"},"filter":{"metadata":{{{twice}}}} }""").ProblemAsync(400, "invalid_request");
        await Http.PostJsonAsync("/images", $$"""{"images":[{"data":"{{Picture}}","metadata":{{twice}}}]}""").ProblemAsync(400, "invalid_request");
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}"""), InlineData("""{"\udfff":1}"""), InlineData("""{"n":[{"a":["\udc00\ud800"]}]}""")]
    public async Task Half_of_a_surrogate_pair_in_an_object_of_the_callers_own_is_refused(string half)
    {
        await Http.PostJsonAsync("/admin/runs", $$"""{"kind":"finetune","overrides":{{half}}}""").ProblemAsync(400, "invalid_request");
        await Http.PutJsonAsync("/admin/policy", $$$"""{"run":{"overrides":{{{half}}}} }""").ProblemAsync(400, "invalid_request");
        await Http.PostJsonAsync("/search", $$$"""{"image":{"data":"{{{Picture}}}"},"filter":{"metadata":{{{half}}}} }""").ProblemAsync(400, "invalid_request");
        await Http.PostJsonAsync("/images", $$"""{"images":[{"data":"{{Picture}}","metadata":{{half}}}]}""").ProblemAsync(400, "invalid_request");
    }

    [Fact]
    public async Task A_text_that_is_no_Unicode_is_told_in_the_senders_terms()
        => Assert.Contains("not valid Unicode", (string?)(await Http.PostJsonAsync("/admin/runs", """{"kind":"finetune","overrides":{"head":"\ud800"}}""").ProblemAsync(400, "invalid_request"))["detail"], StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"inputs":[null]}""")]
    [InlineData("""{"inputs":[null,null]}""")]
    [InlineData("""{"inputs":[{"name":"image","shape":[1],"datatype":"BYTES","data":["PICTURE"]}],"outputs":[null]}""")]
    public async Task A_tensor_that_is_null_is_refused(string body)
        => Assert.Contains("null", (string?)(await Http.PostJsonAsync("/v2/models/encoder/infer", body.Replace("PICTURE", Picture, StringComparison.Ordinal)).ReadAsync(400))["error"], StringComparison.Ordinal);

    [Theory]
    [InlineData("3e38"), InlineData("-3e38"), InlineData("1e20"), InlineData("255"), InlineData("1.001"), InlineData("-0.001")]
    public async Task Pixels_that_are_not_from_0_to_1_are_refused_before_they_overflow_in_the_network(string pixel)
    {
        string pixels = string.Join(',', Enumerable.Repeat(pixel, 3 * 8 * 8));
        foreach (string model in new[] { "encoder", "classifier" })
            Assert.Contains("0 to 1", (string?)(await Http.PostJsonAsync($"/v2/models/{model}/infer", $$"""{"inputs":[{"name":"image","shape":[1,3,8,8],"datatype":"FP32","data":[{{pixels}}]}]}""").ReadAsync(400))["error"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/openapi/v2.json"), InlineData("/openapi/v11.json"), InlineData("/openapi/..%2fv1.json")]
    public Task A_description_that_is_not_there_is_a_problem_like_any_other(string path) => Http.GetAsync(path, Token).ProblemAsync(404, "not_found");

    [Fact]
    public async Task The_description_is_where_it_was() => Assert.Equal("Perennial", (string?)(await Http.GetAsync("/openapi/v1.json", Token).ReadAsync())["info"]!["title"]);

    [Theory]
    [InlineData("Range", "bytes=999999-", 416), InlineData("Range", "bytes=-0", 416), InlineData("If-Match", "\"other\"", 412), InlineData("If-Unmodified-Since", "Mon, 01 Jan 1990 00:00:00 GMT", 412)]
    public async Task A_part_or_a_version_of_an_image_that_is_not_there_is_a_problem_like_any_other(string header, string value, int status)
    {
        await using LiveServer server = await LiveServer.StartServingAsync(new TinyGeneration());
        string id = (string)(await server.Http.PostImageAsync("/images", Pictures.Png(1, 2, 3)).ReadAsync(201))["images"]![0]!["id"]!;
        using HttpRequestMessage request = new(HttpMethod.Get, $"/images/{id}/content");
        request.Headers.TryAddWithoutValidation(header, value);
        await server.Http.SendAsync(request, Token).ProblemAsync(status, "invalid_request");
    }

    [Fact]
    public async Task A_caller_that_vanishes_is_no_fault_of_the_server()
    {
        DefaultHttpContext context = new();
        Lifetime lifetime = new();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        using ErrorLog log = new();
        using LoggerFactory loggers = new([log]);
        await new ProblemResponses(_ => throw new ConnectionResetException("Connection reset by peer"), loggers.CreateLogger<ProblemResponses>()).InvokeAsync(context);
        Assert.Equal(499, context.Response.StatusCode);
        Assert.True(lifetime.Aborted); // else Kestrel reads on for the rest of the body and logs an error
        Assert.Empty(log.Lines);
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature
    {
        public bool Aborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort() => Aborted = true;
    }
}
