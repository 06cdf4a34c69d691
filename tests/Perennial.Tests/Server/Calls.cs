using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Perennial.Tests.Server;

/// <summary>Requests and answers in as few words as a test should need.</summary>
internal static class Calls
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> PostImageAsync(this HttpClient http, string path, byte[] image, string contentType = "image/png")
    {
        ByteArrayContent content = new(image);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return http.PostAsync(path, content, Token);
    }

    public static Task<HttpResponseMessage> PostFilesAsync(this HttpClient http, string path, params byte[][] images)
    {
        MultipartFormDataContent form = [];
        foreach (byte[] image in images) form.Add(new ByteArrayContent(image), "images", "image.bin");
        return http.PostAsync(path, form, Token);
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient http, string path, string json)
        => http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Token);

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient http, string path, JsonNode json) => http.PostJsonAsync(path, json.ToJsonString());

    public static Task<HttpResponseMessage> PutJsonAsync(this HttpClient http, string path, string json)
        => http.PutAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Token);

    /// <summary>The body of an answer that must have this status.</summary>
    public static async Task<JsonObject> ReadAsync(this Task<HttpResponseMessage> call, int status = 200)
    {
        using HttpResponseMessage response = await call;
        string body = await response.Content.ReadAsStringAsync(Token);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {body}");
        return JsonNode.Parse(body)!.AsObject();
    }

    /// <summary>Checks that an answer is a problem document of this status and code that tells nothing internal, and hands it back.</summary>
    public static async Task<JsonObject> ProblemAsync(this Task<HttpResponseMessage> call, int status, string code)
    {
        HttpResponseMessage response = await call;
        string body = await response.Content.ReadAsStringAsync(Token);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} instead of {status}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        JsonObject problem = JsonNode.Parse(body)!.AsObject();
        Assert.Equal(code, (string?)problem["code"]);
        Assert.Equal(status, (int?)problem["status"]);
        Assert.NotEmpty((string?)problem["detail"] ?? "");
        Assert.DoesNotContain("System.", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Perennial.End", body, StringComparison.Ordinal);
        return problem;
    }

    public static string Images(params byte[][] images)
        => new JsonObject { ["images"] = new JsonArray([.. images.Select(image => (JsonNode)new JsonObject { ["data"] = Convert.ToBase64String(image) })]) }.ToJsonString();

    public static float[] Floats(JsonNode? array) => [.. array!.AsArray().Select(value => (float)value!)];
}
