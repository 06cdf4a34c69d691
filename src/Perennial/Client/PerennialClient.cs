using System.Globalization;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Perennial.Client.Answers;

namespace Perennial.Client;

/// <summary>Speaks the HTTP contract to a running service. What the service refuses becomes a <see cref="ServiceException"/>.</summary>
internal sealed class PerennialClient : IDisposable
{
    private readonly HttpClient _http;

    /// <param name="address">Where the service listens, e.g. <c>http://127.0.0.1:5080</c>.</param>
    /// <param name="key">An API key; null where the service asks for none.</param>
    public PerennialClient(Uri address, string? key = null)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Stores images; one answer each, in their order.</summary>
    public async Task<IReadOnlyList<AddedImage>> AddAsync(IReadOnlyList<Upload> images, string? label, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = Form(images);
        string path = label is null ? "/images" : $"/images?label={Uri.EscapeDataString(label)}";
        return (await PostAsync<AddedImages>(path, form, cancellationToken)).Images;
    }

    public async Task LabelAsync(string id, string label, CancellationToken cancellationToken)
        => (await SendAsync(HttpMethod.Put, $"/images/{id}/label", JsonContent.Create(new { label }), HttpCompletionOption.ResponseContentRead, cancellationToken)).Dispose();

    public async Task<EmbeddedImages> EmbedAsync(IReadOnlyList<Upload> images, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = Form(images);
        return await PostAsync<EmbeddedImages>("/embed", form, cancellationToken);
    }

    public async Task<Predictions> ClassifyAsync(IReadOnlyList<Upload> images, int top, CancellationToken cancellationToken)
    {
        using MultipartFormDataContent form = Form(images);
        return await PostAsync<Predictions>(string.Create(CultureInfo.InvariantCulture, $"/classify?top={top}"), form, cancellationToken);
    }

    public async Task<Hits> SearchAsync(ReadOnlyMemory<byte> image, int k, CancellationToken cancellationToken)
    {
        using var content = new ReadOnlyMemoryContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await PostAsync<Hits>(string.Create(CultureInfo.InvariantCulture, $"/search?k={k}"), content, cancellationToken);
    }

    /// <summary>A JPEG of the stored image, its longer side <paramref name="size"/> pixels.</summary>
    public async Task<byte[]> ThumbnailAsync(string id, int size, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/images/{id}/content?size={size}");
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Queues a run and returns its id.</summary>
    public async Task<string> StartRunAsync(JsonObject request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, "/admin/runs", JsonContent.Create(request), HttpCompletionOption.ResponseContentRead, cancellationToken);
        string location = response.Headers.Location?.ToString() ?? throw new ServiceException(response.StatusCode, null, "The service started a run but did not say where it is.");
        return location[(location.LastIndexOf('/') + 1)..];
    }

    /// <summary>What a run tells about itself until it has ended.</summary>
    public async IAsyncEnumerable<(string Name, JsonObject Data)> EventsAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, $"/admin/runs/{run}/events", null, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(cancellationToken))
        {
            if (JsonNode.Parse(item.Data) is JsonObject data)
            {
                yield return (item.EventType, data);
            }
        }
    }

    /// <summary>Any of the contract's JSON answers, for what is shown as it is.</summary>
    public async Task<JsonObject> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken) ?? [];
    }

    public async Task PostAsync(string path, CancellationToken cancellationToken)
        => (await SendAsync(HttpMethod.Post, path, null, HttpCompletionOption.ResponseContentRead, cancellationToken)).Dispose();

    public void Dispose() => _http.Dispose();

    private static MultipartFormDataContent Form(IReadOnlyList<Upload> images)
    {
        var form = new MultipartFormDataContent();
        foreach (Upload image in images)
        {
            var part = new ReadOnlyMemoryContent(image.Bytes);
            part.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
            form.Add(part, "image", Uri.EscapeDataString(Path.GetFileName(image.Name)));
        }
        return form;
    }

    private async Task<T> PostAsync<T>(string path, HttpContent content, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(HttpMethod.Post, path, content, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
            ?? throw new ServiceException(response.StatusCode, null, $"The service answered {path} with nothing.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ServiceException(null, null, $"No service answers at {_http.BaseAddress}: {exception.Message}");
        }
        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw await RefusalAsync(response, path, cancellationToken);
            }
        }
        return response;
    }

    private static async Task<ServiceException> RefusalAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            if (JsonNode.Parse(body) is JsonObject problem)
            {
                string? sentence = (string?)problem["detail"] ?? (string?)problem["title"];
                return new ServiceException(response.StatusCode, (string?)problem["code"], sentence ?? $"The service answered {path} with {(int)response.StatusCode}.");
            }
        }
        catch (JsonException)
        {
            // Not a problem document: a proxy's page, perhaps. The status has to do.
        }
        return new ServiceException(response.StatusCode, null, $"The service answered {path} with {(int)response.StatusCode}.");
    }
}
