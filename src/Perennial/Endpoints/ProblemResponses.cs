using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.WebUtilities;
using Perennial.Core.Images;
using Perennial.Endpoints.OpenAi;
using Perennial.Endpoints.OpenInference;
using Perennial.Inference.Batching;

namespace Perennial.Endpoints;

/// <summary>The one place where what went wrong becomes a problem document. Nothing internal leaves the process: an unexpected fault is logged and answered with a plain 500.</summary>
internal sealed partial class ProblemResponses(RequestDelegate next, ILogger<ProblemResponses> log)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400 } and ({ ContentType: null, ContentLength: null } or { ContentLength: 0 }))
                await WriteAsync(context, OfStatus(context.Response.StatusCode));
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException)
        {
            if (!context.Response.HasStarted) context.Response.StatusCode = ClientClosedRequest; // nobody reads it; metrics do
            context.Abort(); // else the server would try to read the rest of the body, and log that it cannot
        }
        catch (Exception exception)
        {
            ProblemException problem = Of(exception);
            if (problem.Status == StatusCodes.Status500InternalServerError) LogUnexpected(log, exception, context.Request.Method, context.Request.Path);
            if (context.Response.HasStarted) context.Abort(); // half an answer must not look like a whole one
            else await WriteAsync(context, problem);
        }
    }

    private static ProblemException Of(Exception exception) => exception switch
    {
        ProblemException problem => problem,
        OverloadedException overloaded => ProblemException.Overloaded(overloaded.Message, overloaded.RetryAfter),
        InvalidImageException image => ImageFaults.Alone(new ItemError(image.Code, image.Message)),
        BadHttpRequestException bad => OfStatus(bad.StatusCode),
        _ => OfStatus(StatusCodes.Status500InternalServerError),
    };

    private static ProblemException OfStatus(int status) => status switch
    {
        StatusCodes.Status404NotFound => ProblemException.NotFound("There is nothing at this address."),
        StatusCodes.Status405MethodNotAllowed => new(status, ErrorCode.MethodNotAllowed, "This address does not take this method; the Allow header names those that it does."),
        StatusCodes.Status408RequestTimeout => new(status, ErrorCode.RequestTimeout, "The body came too slowly."),
        StatusCodes.Status412PreconditionFailed => new(status, ErrorCode.InvalidRequest, "The image is not what the If- headers ask for; leave them out to get it as it is."),
        StatusCodes.Status413PayloadTooLarge => ProblemException.PayloadTooLarge("The body is larger than this server accepts (Perennial:Limits:MaxRequestBytes)."),
        StatusCodes.Status415UnsupportedMediaType => ProblemException.UnsupportedMediaType("This call does not take this content type."),
        StatusCodes.Status416RangeNotSatisfiable => new(status, ErrorCode.InvalidRequest, "The range lies outside of the image; Content-Range says how many bytes it has."),
        >= 500 => new(StatusCodes.Status500InternalServerError, ErrorCode.InternalError, "The server failed; its log says why."),
        _ => new(status, ErrorCode.InvalidRequest, "The request is not valid HTTP or lacks something that this call needs."),
    };

    private static Task WriteAsync(HttpContext context, ProblemException problem)
    {
        HttpResponse response = context.Response;
        response.StatusCode = problem.Status;
        response.Headers.ContentLength = null;
        response.Headers.ETag = default;
        response.Headers.LastModified = default;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (context.Request.Path.StartsWithSegments(OpenAiEndpoints.Prefix))
            return response.WriteAsJsonAsync(OpenAiError.Of(problem), context.RequestAborted);
        if (context.Request.Path.StartsWithSegments(OpenInferenceEndpoints.Prefix))
            return response.WriteAsJsonAsync(new OpenInferenceError(problem.Message), context.RequestAborted);
        ProblemDocument document = new()
        {
            Type = $"urn:perennial:problem:{problem.Code}",
            Title = ReasonPhrases.GetReasonPhrase(problem.Status),
            Status = problem.Status,
            Detail = problem.Message,
            Code = problem.Code,
            Errors = problem.Errors,
        };
        return response.WriteAsJsonAsync(document, options: null, contentType: "application/problem+json", context.RequestAborted);
    }

    [LoggerMessage(EventId = 500, Level = LogLevel.Error, Message = "{Method} {Path} failed unexpectedly.")]
    private static partial void LogUnexpected(ILogger log, Exception exception, string method, PathString path);
}
