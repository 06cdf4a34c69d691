namespace Perennial.Endpoints.OpenAi;

/// <summary>A refusal in the shape that clients of OpenAI's API read.</summary>
/// <param name="Error">What went wrong.</param>
public sealed record OpenAiError(OpenAiError.Body Error)
{
    /// <param name="Message">What to change.</param>
    /// <param name="Type">Kind, by the HTTP status: "invalid_request_error", "authentication_error", "rate_limit_error" or "server_error".</param>
    /// <param name="Param">Always null: the message names the member.</param>
    /// <param name="Code">One of <see cref="ErrorCode"/>.</param>
    public sealed record Body(string Message, string Type, string? Param, string Code);

    /// <summary>The same refusal that elsewhere is a problem document.</summary>
    internal static OpenAiError Of(ProblemException problem) => new(new Body(problem.Message, problem.Status switch
    {
        StatusCodes.Status401Unauthorized => "authentication_error",
        StatusCodes.Status403Forbidden => "permission_error",
        StatusCodes.Status429TooManyRequests => "rate_limit_error",
        >= 500 => "server_error",
        _ => "invalid_request_error",
    }, null, problem.Code));
}
