using System.Text.Json;
using System.Text.RegularExpressions;

namespace Perennial.Endpoints.Input;

/// <summary>Says what is wrong with a JSON body in the sender's terms: the parser's own messages name types of this program.</summary>
internal static partial class JsonFaults
{
    /// <param name="exception">What the serializer threw.</param>
    /// <param name="body">What it was given.</param>
    public static ProblemException Of(JsonException exception, ReadOnlySpan<byte> body)
    {
        if (SyntaxFault(body) is { } fault)
            return new ProblemException(StatusCodes.Status400BadRequest, ErrorCode.InvalidJson, $"The body is not valid JSON at line {fault.LineNumber + 1}, byte {fault.BytePositionInLine + 1}, or is nested deeper than {JsonBody.Depth} levels.");
        string path = exception.Path is { Length: > 1 } at ? at : "The body";
        string message = exception.Message;
        if (message.Contains("could not be mapped", StringComparison.Ordinal)) return ProblemException.Invalid($"The member {path} is not known here.");
        if (message.Contains("Duplicate property", StringComparison.Ordinal)) return ProblemException.Invalid($"A member of the same name as {path} is given twice.");
        if (message.Contains(FreeObjectConverter.NotUnicode, StringComparison.Ordinal)) return ProblemException.Invalid($"{path} holds a text that is not valid Unicode.");
        if (message.Contains("missing required", StringComparison.Ordinal))
            return ProblemException.Invalid($"{path} lacks {string.Join(", ", QuotedName().Matches(message[message.IndexOf(':')..]).Select(match => match.Value))}.");
        return ProblemException.Invalid($"{path} is not of the kind that this call takes.");
    }

    // The serializer stops at the first member that does not fit, which may lie before the place where the text ceases to be JSON.
    private static JsonException? SyntaxFault(ReadOnlySpan<byte> body)
    {
        try
        {
            Utf8JsonReader reader = new(body, new JsonReaderOptions { MaxDepth = JsonBody.Depth });
            while (reader.Read())
            {
            }
            return null;
        }
        catch (JsonException exception)
        {
            return exception;
        }
    }

    [GeneratedRegex("'[^']+'")]
    private static partial Regex QuotedName();
}
