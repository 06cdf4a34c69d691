using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Perennial.Access;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Access;

public sealed class KeyTests(KeyTests.Shared shared) : IClassFixture<KeyTests.Shared>
{
    private const string InferKey = "infer-0123456789abcdef", WriteKey = "write-0123456789abcdef", AdminKey = "admin-0123456789abcdef";

    [Theory]
    [InlineData("POST", "/embed", InferKey), InlineData("POST", "/classify", InferKey), InlineData("POST", "/search", InferKey)]
    [InlineData("GET", "/images/00", InferKey), InlineData("GET", "/images/00/content", InferKey)]
    [InlineData("POST", "/images", WriteKey), InlineData("PUT", "/images/00/label", WriteKey), InlineData("DELETE", "/images/00", WriteKey)]
    [InlineData("GET", "/admin/runs", AdminKey), InlineData("GET", "/admin/runs/00", AdminKey), InlineData("GET", "/admin/generations", AdminKey), InlineData("GET", "/admin/policy", AdminKey)]
    [InlineData("POST", "/admin/rollback", AdminKey), InlineData("PUT", "/admin/policy", AdminKey), InlineData("POST", "/admin/runs", AdminKey), InlineData("POST", "/admin/generations/1/promote", AdminKey)]
    public async Task A_call_needs_a_key_with_its_scope(string method, string path, string rightKey)
    {
        using HttpResponseMessage without = await SendAsync(method, path, null);
        await Task.FromResult(without).ProblemAsync(401, "unauthorized");
        Assert.Equal("Bearer", without.Headers.WwwAuthenticate.Single().Scheme);
        await SendAsync(method, path, "Bearer wrong-0123456789abcdef").ProblemAsync(401, "unauthorized");
        await SendAsync(method, path, $"Basic {rightKey}").ProblemAsync(401, "unauthorized");
        foreach (string key in new[] { InferKey, WriteKey, AdminKey })
        {
            foreach ((string? authorization, string? apiKey) in new[] { ($"Bearer {key}", (string?)null), (null, key) })
            {
                if (key != rightKey) await SendAsync(method, path, authorization, apiKey).ProblemAsync(403, "forbidden");
                else Assert.NotInRange((int)(await SendAsync(method, path, authorization, apiKey)).StatusCode, 401, 403);
            }
        }
    }

    [Theory]
    [InlineData("/"), InlineData("/health/live"), InlineData("/health/ready"), InlineData("/metrics"), InlineData("/openapi/v1.json"), InlineData("/docs/"), InlineData("/page.js")]
    public async Task What_tells_of_no_image_is_open(string path) => Assert.Equal(200, (int)(await SendAsync("GET", path, null)).StatusCode);

    [Fact]
    public async Task With_keys_another_name_and_another_origin_are_of_no_concern()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/embed") { Content = new ByteArrayContent([]) };
        request.Headers.Host = "vision.example";
        request.Headers.Add("Origin", "https://elsewhere.example");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", InferKey);
        await shared.Server.Http.SendAsync(request, TestContext.Current.CancellationToken).ProblemAsync(415, "unsupported_media_type");
    }

    [Fact]
    public void Every_endpoint_says_who_may_call_it()
    {
        IEnumerable<Endpoint> silent = shared.Server.Get<EndpointDataSource>().Endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<RequiredScope>() is null);
        Assert.Empty(silent.Select(endpoint => endpoint.DisplayName));
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? authorization, string? apiKey = null)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        if (apiKey is not null) request.Headers.Add("X-API-Key", apiKey);
        return await shared.Server.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public sealed class Shared : IAsyncLifetime
    {
        internal LiveServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await LiveServer.StartServingAsync(new TinyGeneration(), [.. Key(0, InferKey, "infer"), .. Key(1, WriteKey, "write", hashed: true), .. Key(2, AdminKey, "admin")]);

        public ValueTask DisposeAsync() => Server.DisposeAsync();

        private static IEnumerable<(string, string?)> Key(int at, string key, string scope, bool hashed = false) =>
        [
            ($"Perennial:Keys:{at}:Name", scope),
            hashed ? ($"Perennial:Keys:{at}:Sha256", Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)))) : ($"Perennial:Keys:{at}:Key", key),
            ($"Perennial:Keys:{at}:Scopes:0", scope),
        ];
    }
}
