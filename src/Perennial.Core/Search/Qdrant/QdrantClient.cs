using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Perennial.Core.Search.Qdrant;

/// <summary>One call of Qdrant's REST API: JSON there, JSON back, and every way in which it can fail as one kind of exception.</summary>
/// <param name="http">With the server's address, the header <c>api-key</c> where one is needed, and whatever limits and repeats requests.</param>
internal sealed class QdrantClient(HttpClient http)
{
    private const string KeyHeader = "api-key";
    private const int LongestReason = 300;

    public Task<TAnswer> GetAsync<TAnswer>(string path, CancellationToken cancellationToken) where TAnswer : class => SendAsync<TAnswer>(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public Task<TAnswer> DeleteAsync<TAnswer>(string path, CancellationToken cancellationToken) where TAnswer : class => SendAsync<TAnswer>(new HttpRequestMessage(HttpMethod.Delete, path), cancellationToken);

    public Task<TAnswer> SendAsync<TBody, TAnswer>(HttpMethod method, string path, TBody body, CancellationToken cancellationToken) where TAnswer : class
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, TypeOf<TBody>())); // bytes, so that it can be sent again
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync<TAnswer>(new HttpRequestMessage(method, path) { Content = content }, cancellationToken);
    }

    /// <exception cref="VectorIndexUnavailableException">No answer, or none that can be used.</exception>
    /// <exception cref="MissingCollectionException">404.</exception>
    private async Task<TAnswer> SendAsync<TAnswer>(HttpRequestMessage request, CancellationToken cancellationToken) where TAnswer : class
    {
        using (request)
        {
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
                byte[] body = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
                return response.IsSuccessStatusCode ? Read<TAnswer>(request, body) : throw Refusal(request, response.StatusCode, body);
            }
            catch (HttpRequestException fault)
            {
                throw new VectorIndexUnavailableException("The vector index cannot be reached; try again later.", Clean($"Qdrant at {http.BaseAddress} cannot be reached: {fault.Message}"), fault);
            }
            catch (OperationCanceledException fault) when (!cancellationToken.IsCancellationRequested)
            {
                throw new VectorIndexUnavailableException("The vector index did not answer in time; try again later.", Clean($"Qdrant at {http.BaseAddress} did not answer in time."), fault);
            }
        }
    }

    private TAnswer Read<TAnswer>(HttpRequestMessage request, byte[] body) where TAnswer : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, TypeOf<TAnswer>()) ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException fault)
        {
            throw Unreadable($"the answer to {request.Method} {request.RequestUri} cannot be read: {fault.Message}", fault);
        }
    }

    public VectorIndexUnavailableException Unreadable(string what, Exception? fault = null) =>
        new("The vector index gave an answer that cannot be read; the server's log says more.", Clean($"Is there a Qdrant at {http.BaseAddress}? {what}"), fault);

    private Exception Refusal(HttpRequestMessage request, HttpStatusCode status, byte[] body)
    {
        string said = Clean($"Qdrant at {http.BaseAddress} answered {(int)status} to {request.Method} {request.RequestUri}: {ErrorIn(body)}");
        return status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden =>
                new VectorIndexUnavailableException("The vector index refuses this server's key; whoever runs the server must set Perennial:Index:Qdrant:ApiKey.", said),
            HttpStatusCode.NotFound => new MissingCollectionException(said),
            >= HttpStatusCode.InternalServerError or HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout =>
                new VectorIndexUnavailableException("The vector index cannot answer now; try again later.", said),
            _ => new VectorIndexUnavailableException("The vector index refused what it was asked; the server's log says why.", said),
        };
    }

    /// <summary>What Qdrant says in <c>status.error</c>, or the beginning of whatever came.</summary>
    private static string ErrorIn(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("status", out JsonElement status)
                && status.ValueKind == JsonValueKind.Object && status.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.String)
                return error.GetString()!;
        }
        catch (JsonException)
        {
            // some other server's page
        }
        return System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, LongestReason)));
    }

    /// <summary>One line of bounded length without the key, whatever the other side sent back.</summary>
    private string Clean(string text)
    {
        if (http.DefaultRequestHeaders.TryGetValues(KeyHeader, out IEnumerable<string>? keys))
        {
            foreach (string key in keys) text = text.Replace(key, "***", StringComparison.Ordinal);
        }
        string line = new([.. text.Select(letter => char.IsControl(letter) ? ' ' : letter)]);
        return line.Length <= LongestReason ? line : line[..LongestReason] + "...";
    }

    private static JsonTypeInfo<T> TypeOf<T>() => (JsonTypeInfo<T>)QdrantJson.Default.GetTypeInfo(typeof(T))!;
}
