using System.Text.Json;
using System.Text.RegularExpressions;

namespace Perennial.Endpoints.Input;

/// <summary>Says what is wrong with a JSON body in the sender's terms: the parser's own messages name types of this program.</summary>
internal static partial class JsonFaults
{
    public static ProblemException Of(JsonException exception)
    {
        if (exception.InnerException is JsonException) // the reader's: not JSON at all, or too deep
        {
            return new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidJson,
                $"The body is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}), or is nested deeper than {JsonBody.Depth} levels.");
        }
        string path = exception.Path is { Length: > 1 } at ? at : "the body";
        string message = exception.Message;
        if (message.Contains("could not be mapped", StringComparison.Ordinal)) return ProblemException.Invalid($"The member {path} is not known here.");
        if (message.Contains("Duplicate property", StringComparison.Ordinal)) return ProblemException.Invalid($"The member {path} is given twice.");
        if (message.Contains("missing required", StringComparison.Ordinal))
            return ProblemException.Invalid($"{path} lacks {string.Join(", ", QuotedName().Matches(message[message.IndexOf(':')..]).Select(match => match.Value))}.");
        return ProblemException.Invalid($"The value of {path} is not of the kind that this call takes.");
    }

    [GeneratedRegex("'[^']+'")]
    private static partial Regex QuotedName();
}
