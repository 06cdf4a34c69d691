using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using static Perennial.Client.Answers;

namespace Perennial.Client;

/// <summary>Sends requests: waits where the service is overloaded, turns problem documents into <see cref="ServiceException"/>s.</summary>
internal sealed class ServiceRequests : IDisposable
{
    private const int MostTries = 30;
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);
    private readonly HttpClient _http;

    public ServiceRequests(Uri address, string? key)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        if (key is not null)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }
    }

    /// <summary>Sends until the service takes it; a successful answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="body">Makes the body anew for each try; null for none.</param>
    /// <param name="completion">Headers alone for streams.</param>
    /// <param name="cancellationToken">Ends the waiting, too.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Func<HttpContent>? body = null, HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead, CancellationToken cancellationToken = default)
    {
        for (int attempt = 1; ; attempt++)
        {
            HttpResponseMessage response = await SendOnceAsync(method, path, body, completion, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }
            using (response)
            {
                ServiceException refusal = await RefusalAsync(response, path, cancellationToken);
                bool overloaded = refusal.Code == "overloaded" && response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable;
                if (!overloaded || attempt == MostTries)
                {
                    throw refusal;
                }
                await Task.Delay(response.Headers.RetryAfter?.Delta ?? UsualWait, cancellationToken);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, string path, Func<HttpContent>? body, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
        try
        {
            return await _http.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new ServiceException(null, null, $"No service answers at {_http.BaseAddress}: {exception.Message}");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ServiceException(null, null, $"The service at {_http.BaseAddress} did not answer {path} within {_http.Timeout.TotalSeconds} seconds.");
        }
    }

    private static async Task<ServiceException> RefusalAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        string fallback = $"The service answered {path} with {(int)response.StatusCode}.";
        string body = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            if (JsonNode.Parse(body) is not JsonObject problem)
            {
                return new ServiceException(response.StatusCode, null, fallback);
            }
            IReadOnlyList<ItemError> items = problem["errors"]?.Deserialize<IReadOnlyList<ItemError>>(JsonSerializerOptions.Web) ?? [];
            return new ServiceException(response.StatusCode, (string?)problem["code"], (string?)problem["detail"] ?? (string?)problem["title"] ?? fallback, items);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return new ServiceException(response.StatusCode, null, fallback); // not a problem document: a proxy's page, perhaps
        }
    }
}
