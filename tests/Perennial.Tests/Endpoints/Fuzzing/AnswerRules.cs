using System.Text;
using System.Text.Json;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>What every answer must hold to, whatever was asked.</summary>
internal static class AnswerRules
{
    private static readonly string[] Internals = ["System.", "Microsoft.", "Perennial.Endpoints", "Perennial.Core", "   at ", "Exception", "/tmp/"];

    /// <summary>What is wrong with an answer, or null.</summary>
    public static string? Fault(FuzzRequest request, RawAnswer answer)
    {
        if (answer.Status is (>= 200 and < 300) or 304) return null;
        if (answer.Status == 302 && answer.Headers.GetValueOrDefault("Location") == "docs/") return null;
        // HTTP's own answer to another version of HTTP; there is no 4xx for it.
        if (answer.Status == 505 && request.Version != "HTTP/1.1") return null;
        if (answer.Status is < 400 or >= 500) return $"The status is {answer.Status}.";
        if (answer.Status == 429 && !answer.Headers.ContainsKey("Retry-After")) return "429 without Retry-After.";
        if (request.Method == "HEAD") return null;
        // What is not HTTP is refused by the server before anything of this service sees it: without a body, and the connection is closed.
        if (answer.Body.Length == 0) return !request.IsWholeHttp && answer.Closes ? null : $"{answer.Status} without a body.";
        string text = Encoding.UTF8.GetString(answer.Body);
        if (Internals.FirstOrDefault(text.Contains) is { } inside) return $"The answer tells internals: '{inside}'.";
        try
        {
            using JsonDocument json = JsonDocument.Parse(answer.Body);
            return Shape(PathOf(request.Target), json.RootElement, answer);
        }
        catch (JsonException)
        {
            return "The body of the refusal is not JSON.";
        }
    }

    // Where the path could be read in two ways (escapes, dots, absolute form), any of the three shapes will do.
    private static string? Shape(string? path, JsonElement body, RawAnswer answer)
    {
        bool problem = IsProblem(body, answer), openAi = IsOpenAi(body, answer), openInference = IsOpenInference(body, answer);
        bool right = path switch
        {
            null => problem || openAi || openInference,
            _ when Under(path, "/v1") => openAi,
            _ when Under(path, "/v2") => openInference,
            _ => problem,
        };
        return right ? null : $"The refusal has another shape than {path ?? "any path"} should have.";
    }

    private static bool IsProblem(JsonElement body, RawAnswer answer) => answer.ContentType == "application/problem+json"
        && body.TryGetProperty("status", out JsonElement status) && status.GetInt32() == answer.Status
        && HasText(body, "code") && HasText(body, "title") && HasText(body, "detail") && HasText(body, "type");

    private static bool IsOpenAi(JsonElement body, RawAnswer answer) => IsJson(answer)
        && body.TryGetProperty("error", out JsonElement error) && error.ValueKind == JsonValueKind.Object
        && HasText(error, "message") && HasText(error, "type") && HasText(error, "code") && error.TryGetProperty("param", out _);

    private static bool IsOpenInference(JsonElement body, RawAnswer answer) => IsJson(answer) && HasText(body, "error");

    private static bool IsJson(RawAnswer answer) => answer.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true;

    private static bool HasText(JsonElement body, string name) => body.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String && text.GetString()!.Length > 0;

    private static bool Under(string path, string prefix) => path.Equals(prefix, StringComparison.OrdinalIgnoreCase) || path.StartsWith(prefix + "/", StringComparison.OrdinalIgnoreCase);

    private static string? PathOf(string target)
    {
        string path = target.Split('?', '#')[0];
        return !path.StartsWith('/') || path.Contains('%', StringComparison.Ordinal) || path.Contains("/.", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal) ? null : path;
    }
}
