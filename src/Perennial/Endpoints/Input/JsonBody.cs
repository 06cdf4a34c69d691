using System.Text.Json;
using Microsoft.Extensions.Options;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.OpenAi;
using Perennial.Hosting;
using Perennial.Telemetry;
using HttpJson = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace Perennial.Endpoints.Input;

/// <summary>Reads JSON bodies: bounded in bytes and depth, unknown and repeated members refused. 400 <c>invalid_json</c> for text that is not JSON, 400 <c>invalid_request</c> for JSON that does not fit.</summary>
internal sealed class JsonBody
{
    /// <summary>Most arrays and objects inside one another.</summary>
    public const int Depth = 32;

    private readonly ByteBudget _budget;
    private readonly LimitOptions _limits;
    private readonly JsonSerializerOptions _json;

    public JsonBody(ByteBudget budget, PerennialOptions options, IOptions<HttpJson> json)
    {
        (_budget, _limits) = (budget, options.Limits);
        _json = new JsonSerializerOptions(json.Value.SerializerOptions)
        {
            Converters =
            {
                new FreeObjectConverter(),
                new ImageListConverter<InlineImage>(_limits.MaxImagesPerRequest),
                new ImageListConverter<NewImage>(_limits.MaxImagesPerRequest),
                new OpenAiInputConverter(_limits.MaxImagesPerRequest),
            },
        };
        _json.MakeReadOnly(populateMissingResolver: true);
    }

    /// <summary>Whether the body says that it is JSON.</summary>
    public static bool IsJson(HttpRequest request) => request.HasJsonContentType();

    /// <summary>Reads the whole body as one <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">400, 413, 415 or 429.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context) where T : class
    {
        if (!IsJson(context.Request)) throw ProblemException.UnsupportedMediaType("This call takes JSON; send Content-Type: application/json.");
        return Parse<T>(await ReceiveAsync(context));
    }

    /// <summary>Receives the whole body, whatever it says that it is; good until the request is over.</summary>
    /// <exception cref="ProblemException">413, 415 (a compressed body) or 429.</exception>
    public async Task<ReadOnlyMemory<byte>> ReceiveAsync(HttpContext context)
    {
        using RequestTiming.Measurement measurement = RequestTiming.Of(context).Measure(Stage.Read);
        return await BodyReader.Begin(context, _budget, _limits).ReadAsync(context.Request.Body, _limits.MaxRequestBytes, context.RequestAborted);
    }

    /// <summary>Reads received bytes as one <typeparamref name="T"/>.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public T Parse<T>(ReadOnlyMemory<byte> body) where T : class
    {
        if (body.IsEmpty) throw new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidJson, "The body is empty; this call takes a JSON object.");
        try
        {
            return JsonSerializer.Deserialize<T>(body.Span, _json) ?? throw ProblemException.Invalid("The body is null; this call takes a JSON object.");
        }
        catch (JsonException exception)
        {
            throw JsonFaults.Of(exception, body.Span);
        }
    }
}
