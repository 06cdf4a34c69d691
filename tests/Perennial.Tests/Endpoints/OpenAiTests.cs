using System.ClientModel;
using System.Text.Json.Nodes;
using OpenAI;
using OpenAI.Embeddings;
using OpenAI.Models;
using Perennial.Inference.Tests.Models;
using Perennial.Tests.Server;

namespace Perennial.Tests.Endpoints;

/// <summary>OpenAI's own clients against the calls in their shape.</summary>
public sealed class OpenAiTests : IAsyncLifetime
{
    private const string Key = "a-key-of-more-than-sixteen-characters";

    private readonly TinyEncoder _encoder = new(size: 8);
    private LiveServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private OpenAIClientOptions Options => new() { Endpoint = new Uri(_server.Http.BaseAddress!, "v1") };

    public async ValueTask InitializeAsync()
    {
        _server = await LiveServer.StartServingAsync(new TinyGeneration { Encoder = _encoder }, ("Perennial:Keys:0:Key", Key), ("Perennial:Keys:0:Name", "client"), ("Perennial:Keys:0:Scopes:0", "infer"));
        _server.Http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_dotnet_client_gets_the_embeddings_that_plain_arithmetic_gives()
    {
        EmbeddingClient client = new("encoder", new ApiKeyCredential(Key), Options);
        ClientResult<OpenAIEmbeddingCollection> answer = await client.GenerateEmbeddingsAsync([Uri(200, 30, 90), Uri(1, 2, 250)], cancellationToken: Token);
        Assert.Equal(_server.Pair.Manifest.Digest, answer.Value.Model);
        AssertClose(_encoder.Embed(Pictures.Tile(8, 200, 30, 90)), answer.Value[0].ToFloats().ToArray());
        AssertClose(_encoder.Embed(Pictures.Tile(8, 1, 2, 250)), answer.Value[1].ToFloats().ToArray());
        OpenAIEmbedding shorter = await client.GenerateEmbeddingAsync(Uri(1, 2, 250), new EmbeddingGenerationOptions { Dimensions = 3 }, Token);
        Assert.Equal(3, shorter.ToFloats().Length);
    }

    [Fact]
    public async Task The_dotnet_client_lists_models_and_reads_errors()
    {
        OpenAIModelCollection models = await new OpenAIModelClient(new ApiKeyCredential(Key), Options).GetModelsAsync(Token);
        Assert.Equal(["encoder", _server.Pair.Manifest.Digest], models.Select(model => model.Id));
        var unknown = await Assert.ThrowsAsync<ClientResultException>(() => new EmbeddingClient("gpt", new ApiKeyCredential(Key), Options).GenerateEmbeddingAsync(Uri(1, 2, 3), cancellationToken: Token));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("model_not_found", unknown.Message, StringComparison.Ordinal);
        var locked = await Assert.ThrowsAsync<ClientResultException>(() => new EmbeddingClient("encoder", new ApiKeyCredential("another"), Options).GenerateEmbeddingAsync(Uri(1, 2, 3), cancellationToken: Token));
        Assert.Equal(401, locked.Status);
    }

    [Fact]
    public async Task The_javascript_client_gets_base64_and_numbers_alike()
    {
        string script = $$"""
            import OpenAI from 'openai';
            const client = new OpenAI({ apiKey: '{{Key}}', baseURL: '{{new Uri(_server.Http.BaseAddress!, "v1")}}', maxRetries: 0 });
            const input = ['{{Uri(200, 30, 90)}}', '{{Uri(1, 2, 250)}}'];
            const usual = await client.embeddings.create({ model: 'encoder', input });
            const numbers = await client.embeddings.create({ model: usual.model, input: input[1], encoding_format: 'float' });
            const models = [];
            for await (const model of client.models.list()) models.push(model.id);
            let refusal;
            try { await client.embeddings.create({ model: 'encoder', input: 'a text' }); } catch (error) { refusal = { status: error.status, code: error.code, message: error.message }; }
            console.log(JSON.stringify({ first: usual.data[0].embedding, second: usual.data[1].embedding, numbers: numbers.data[0].embedding, models, refusal }));
            """;
        JsonObject seen = JsonNode.Parse(await NodeScripts.RunAsync(script, "openai@7.57.0", Token))!.AsObject();
        AssertClose(_encoder.Embed(Pictures.Tile(8, 200, 30, 90)), Calls.Floats(seen["first"]));
        AssertClose(_encoder.Embed(Pictures.Tile(8, 1, 2, 250)), Calls.Floats(seen["second"]));
        AssertClose(_encoder.Embed(Pictures.Tile(8, 1, 2, 250)), Calls.Floats(seen["numbers"]));
        Assert.Equal(["encoder", _server.Pair.Manifest.Digest], seen["models"]!.AsArray().Select(id => (string?)id));
        Assert.Equal(422, (int?)seen["refusal"]!["status"]);
        Assert.Equal("invalid_request", (string?)seen["refusal"]!["code"]);
    }

    [Theory]
    [InlineData("""{"model":"encoder"}""", 400, "invalid_request")]
    [InlineData("""{"input":[]}""", 400, "invalid_request")]
    [InlineData("""{"input":[[1,2,3]]}""", 400, "invalid_request")]
    [InlineData("""{"input":""", 400, "invalid_json")]
    [InlineData("""{"input":"data:image/png;base64,AAAA"}""", 422, "unsupported_image")]
    [InlineData("""{"input":"https://example.org/a.png"}""", 422, "invalid_request")]
    public async Task What_cannot_be_used_is_refused_in_OpenAIs_shape(string body, int status, string code)
    {
        JsonObject error = (await _server.Http.PostJsonAsync("/v1/embeddings", body).ReadAsync(status))["error"]!.AsObject();
        Assert.Equal(code, (string?)error["code"]);
        Assert.Equal("invalid_request_error", (string?)error["type"]);
        Assert.NotEmpty((string?)error["message"] ?? "");
    }

    [Fact]
    public async Task Members_that_other_servers_know_are_passed_over_and_the_generation_is_named()
    {
        using HttpResponseMessage response = await _server.Http.PostJsonAsync("/v1/embeddings", $$"""{"input":"{{Uri(4, 5, 6)}}","user":"u","model":"{{_server.Pair.Manifest.Digest}}"}""");
        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(_server.Pair.Manifest.Digest, response.Headers.GetValues("X-Perennial-Digest").Single());
        Assert.NotNull((await _server.Http.GetAsync("/v1/nothing", Token).ReadAsync(404))["error"]!["message"]);
    }

    private static string Uri(byte red, byte green, byte blue) => $"data:image/png;base64,{Convert.ToBase64String(Pictures.Png(red, green, blue))}";

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5f);
    }
}
