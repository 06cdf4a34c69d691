namespace Perennial.Endpoints;

/// <summary>A request that cannot be answered as asked. <see cref="ProblemResponses"/> turns it into an <c>application/problem+json</c> document.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="code">One of <see cref="ErrorCode"/>.</param>
/// <param name="detail">One sentence that says what to change; never anything internal.</param>
public sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    public string Code { get; } = code;

    /// <summary>When to try again; the <c>Retry-After</c> header.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The faults of the single images where several came and all failed; the member <c>errors</c>.</summary>
    public IReadOnlyList<IndexedError>? Errors { get; init; }

    /// <summary>400 <c>invalid_request</c>.</summary>
    public static ProblemException Invalid(string detail) => new(StatusCodes.Status400BadRequest, ErrorCode.InvalidRequest, detail);

    /// <summary>404 <c>not_found</c>.</summary>
    public static ProblemException NotFound(string detail) => new(StatusCodes.Status404NotFound, ErrorCode.NotFound, detail);

    /// <summary>413 <c>payload_too_large</c>.</summary>
    public static ProblemException PayloadTooLarge(string detail) => new(StatusCodes.Status413PayloadTooLarge, ErrorCode.PayloadTooLarge, detail);

    /// <summary>415 <c>unsupported_media_type</c>.</summary>
    public static ProblemException UnsupportedMediaType(string detail) => new(StatusCodes.Status415UnsupportedMediaType, ErrorCode.UnsupportedMediaType, detail);

    /// <summary>429 <c>overloaded</c>, with <c>Retry-After</c>.</summary>
    public static ProblemException Overloaded(string detail, TimeSpan retryAfter) => new(StatusCodes.Status429TooManyRequests, ErrorCode.Overloaded, detail) { RetryAfter = retryAfter };
}
