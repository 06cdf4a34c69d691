using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using static Perennial.Client.Answers;

namespace Perennial.Client;

/// <summary>Speaks the HTTP contract to a running service. What the service refuses becomes a <see cref="ServiceException"/>.</summary>
/// <param name="address">Where the service listens, e.g. <c>http://127.0.0.1:8080</c>.</param>
/// <param name="key">An API key; null where the service asks for none.</param>
internal sealed class PerennialClient(Uri address, string? key = null) : IDisposable
{
    private readonly ServiceRequests _requests = new(address, key);

    /// <summary>Stores images as a form, all with one label or none; one answer each, in their order, refused ones included.</summary>
    public Task<IReadOnlyList<AddedImage>> AddAsync(IReadOnlyList<Upload> images, string? label, CancellationToken cancellationToken)
        => AddAsync(label is null ? "/images" : $"/images?label={Uri.EscapeDataString(label)}", images.Count, () => Form(images), cancellationToken);

    /// <summary>Stores images as JSON, each with its own label and metadata; one answer each, in their order, refused ones included.</summary>
    public Task<IReadOnlyList<AddedImage>> AddDescribedAsync(IReadOnlyList<Upload> images, CancellationToken cancellationToken)
    {
        var items = images.Select(image => new { data = Convert.ToBase64String(image.Bytes.Span), label = image.Label, metadata = image.Metadata }).ToArray();
        return AddAsync("/images", images.Count, () => JsonContent.Create(new { images = items }), cancellationToken);
    }

    public async Task LabelAsync(string id, string label, CancellationToken cancellationToken)
        => (await _requests.SendAsync(HttpMethod.Put, $"/images/{id}/label", () => JsonContent.Create(new { label }), cancellationToken: cancellationToken)).Dispose();

    public Task<EmbeddedImages> EmbedAsync(IReadOnlyList<Upload> images, CancellationToken cancellationToken)
        => PostAsync<EmbeddedImages>("/embed", () => Form(images), cancellationToken);

    public Task<Predictions> ClassifyAsync(IReadOnlyList<Upload> images, int top, CancellationToken cancellationToken)
        => PostAsync<Predictions>(string.Create(CultureInfo.InvariantCulture, $"/classify?top={top}"), () => Form(images), cancellationToken);

    public Task<Hits> SearchAsync(ReadOnlyMemory<byte> image, int k, CancellationToken cancellationToken)
        => PostAsync<Hits>(string.Create(CultureInfo.InvariantCulture, $"/search?k={k}"), () => Raw(image), cancellationToken);

    /// <summary>A JPEG of the stored image, its longer side <paramref name="size"/> pixels.</summary>
    public async Task<byte[]> ThumbnailAsync(string id, int size, CancellationToken cancellationToken)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/images/{id}/content?size={size}");
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Get, path, cancellationToken: cancellationToken);
        return await response.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Queues a run and returns its id.</summary>
    public async Task<string> StartRunAsync(JsonObject request, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Post, "/admin/runs", () => JsonContent.Create(request), cancellationToken: cancellationToken);
        return LocatedRun(response);
    }

    /// <summary>What a run tells about itself until it has ended.</summary>
    public async IAsyncEnumerable<(string Name, JsonObject Data)> EventsAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _requests.SendAsync(
            HttpMethod.Get, $"/admin/runs/{run}/events", completion: HttpCompletionOption.ResponseHeadersRead, cancellationToken: cancellationToken);
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
    public async Task<JsonNode> GetAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Get, path, cancellationToken: cancellationToken);
        return await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken) ?? new JsonObject();
    }

    /// <summary>Makes a generation the serving one: at once (null), or by a run whose id is returned.</summary>
    public async Task<string?> PromoteAsync(int generation, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _requests.SendAsync(
            HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"/admin/generations/{generation}/promote"), cancellationToken: cancellationToken);
        return response.StatusCode == HttpStatusCode.Accepted ? LocatedRun(response) : null;
    }

    public void Dispose() => _requests.Dispose();

    // A request whose images were all refused is a problem document; here it is as many refused images.
    private async Task<IReadOnlyList<AddedImage>> AddAsync(string path, int images, Func<HttpContent> body, CancellationToken cancellationToken)
    {
        try
        {
            return (await PostAsync<AddedImages>(path, body, cancellationToken)).Images;
        }
        catch (ServiceException refusal) when (refusal.Items.Count == images)
        {
            return [.. refusal.Items.Select(error => new AddedImage(null, false, 0, 0, error))];
        }
        catch (ServiceException refusal) when (images == 1 && refusal is { Code: not null, Status: HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge })
        {
            return [new AddedImage(null, false, 0, 0, new ItemError(refusal.Code, refusal.Message))];
        }
    }

    private async Task<T> PostAsync<T>(string path, Func<HttpContent> body, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await _requests.SendAsync(HttpMethod.Post, path, body, cancellationToken: cancellationToken);
        return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
            ?? throw new ServiceException(response.StatusCode, null, $"The service answered {path} with nothing.");
    }

    private static string LocatedRun(HttpResponseMessage response)
    {
        string location = response.Headers.Location?.ToString() ?? throw new ServiceException(response.StatusCode, null, "The service started a run but did not say where it is.");
        return location[(location.LastIndexOf('/') + 1)..];
    }

    private static MultipartFormDataContent Form(IReadOnlyList<Upload> images)
    {
        var form = new MultipartFormDataContent();
        foreach (Upload image in images)
        {
            form.Add(Raw(image.Bytes), "image", Uri.EscapeDataString(Path.GetFileName(image.Name)));
        }
        return form;
    }

    private static ReadOnlyMemoryContent Raw(ReadOnlyMemory<byte> image)
    {
        var content = new ReadOnlyMemoryContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return content;
    }
}
