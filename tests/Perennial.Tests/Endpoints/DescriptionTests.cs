using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

public sealed partial class DescriptionTests : IAsyncLifetime
{
    private LiveServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await LiveServer.StartServingAsync(new TinyGeneration());

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task OpenAPI_lists_every_call_with_its_forms_and_problems()
    {
        JsonObject document = await _server.Http.GetAsync("/openapi/v1.json", Token).ReadAsync();
        (string Path, string Method)[] calls =
        [
            ("/embed", "post"), ("/v1/embeddings", "post"), ("/v1/models", "get"), ("/v2/models/{model}/infer", "post"), ("/v2/repository/index", "post"), ("/classify", "post"), ("/search", "post"), ("/images", "post"), ("/images/{id}", "get"), ("/images/{id}", "delete"),
            ("/images/{id}/content", "get"), ("/images/{id}/label", "put"), ("/health/live", "get"), ("/health/ready", "get"),
            ("/admin/runs", "post"), ("/admin/runs", "get"), ("/admin/runs/{id}", "get"), ("/admin/runs/{id}/events", "get"), ("/admin/runs/{id}/cancel", "post"),
            ("/admin/generations", "get"), ("/admin/rollback", "post"), ("/admin/policy", "get"), ("/admin/policy", "put"),
        ];
        foreach ((string path, string method) in calls) Assert.True(document["paths"]?[path]?[method] is not null, $"{method} {path} is missing");
        foreach (string path in new[] { "/embed", "/classify", "/search", "/images" })
        {
            JsonObject operation = document["paths"]![path]!["post"]!.AsObject();
            Assert.Equal(["application/json", "application/octet-stream", "image/*", "multipart/form-data"], operation["requestBody"]!["content"]!.AsObject().Select(form => form.Key).Order());
            Assert.All(["400", "413", "415", "422", "429"], status => Assert.NotNull(operation["responses"]![status]?["content"]?["application/problem+json"]));
            Assert.NotNull(operation["security"]);
            Assert.True(path == "/images" || operation["responses"]!["200"]!["headers"]!.AsObject().Count(header => header.Key.StartsWith("x-", StringComparison.Ordinal) && ((string?)header.Value!["description"])!.StartsWith("Milliseconds", StringComparison.Ordinal)) == 3, path);
        }
    }

    [Fact]
    public async Task Every_reference_in_the_document_leads_somewhere()
    {
        JsonObject document = await _server.Http.GetAsync("/openapi/v1.json", Token).ReadAsync();
        foreach (Match reference in Reference().Matches(document.ToJsonString()))
        {
            JsonNode? target = document;
            foreach (string step in reference.Groups[1].Value.Split('/')) target = target?[step];
            Assert.True(target is not null, reference.Value);
        }
    }

    [Theory]
    [InlineData("/"), InlineData("/docs/"), InlineData("/page.js"), InlineData("/page.css")]
    public async Task Pages_load_nothing_from_elsewhere(string path)
    {
        using HttpResponseMessage response = await _server.Http.GetAsync(path, Token);
        string page = await response.Content.ReadAsStringAsync(Token);
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Empty(Elsewhere().Matches(page).Select(match => match.Value));
        Assert.Contains("default-src 'self'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_page_says_what_the_server_is_and_leads_on()
    {
        string page = await _server.Http.GetStringAsync("/", Token);
        Assert.All(["vision-model server that keeps learning", "href=\"docs\"", "href=\"metrics\""], part => Assert.Contains(part, page, StringComparison.Ordinal));
    }

    [GeneratedRegex("""(?:src|href|url|import)\s*[=(]\s*["']?(?:https?:)?//[^"')\s]+""")]
    private static partial Regex Elsewhere();

    [GeneratedRegex("\"\\$ref\":\"#/([^\"]+)\"")]
    private static partial Regex Reference();
}
