using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Perennial.Core.Corpus;

/// <summary>What a label and metadata may be. Each check returns null when all is well, or a sentence that says what to change.</summary>
public static class Annotations
{
    /// <summary>Most characters (UTF-16) of a label.</summary>
    public const int LongestLabel = 200;

    /// <summary>Most bytes (UTF-8, as stored) of metadata.</summary>
    public const int LargestMetadata = 16 << 10;

    /// <summary>Most objects and arrays inside one another, the outermost included.</summary>
    public const int DeepestMetadata = 16;

    private static readonly JsonSerializerOptions Compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // stored in a database, never in a page
        MaxDepth = DeepestMetadata,
    };

    /// <summary>A label has 1 to 200 characters, is not blank, and has no control characters.</summary>
    public static string? ProblemOfLabel(string? label)
    {
        if (label is null) return null;
        if (string.IsNullOrWhiteSpace(label)) return "The label is blank; give 1 to 200 characters, or no label.";
        if (label.Length > LongestLabel) return $"The label has {label.Length} characters; at most {LongestLabel} are accepted.";
        if (label.Any(char.IsControl)) return "The label holds a control character (a tab or a line break, for example); remove it.";
        return IsUnicode(label) ? null : "The label is not valid Unicode: it holds half of a surrogate pair.";
    }

    /// <summary>Metadata is a JSON object of at most 16 KiB and 16 levels.</summary>
    public static string? ProblemOfMetadata(JsonObject? metadata) => Metadata(metadata).Problem;

    /// <summary>The text to store, or the problem.</summary>
    internal static (string? Text, string? Problem) Metadata(JsonObject? metadata)
    {
        if (metadata is null) return (null, null);
        string text;
        try
        {
            text = metadata.ToJsonString(Compact);
            _ = Parse(text); // a name given twice shows here, not when somebody reads the image
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return (null, $"The metadata must be a JSON object with at most {DeepestMetadata} levels in which no name is given twice.");
        }

        var size = Encoding.UTF8.GetByteCount(text);
        return size > LargestMetadata ? (null, $"The metadata has {size} bytes; at most {LargestMetadata} are accepted.") : (text, null);
    }

    internal static JsonObject Parse(string text) =>
        JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false })!.AsObject();

    private static bool IsUnicode(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at])) continue;
            if (at + 1 == text.Length || !char.IsSurrogatePair(text[at], text[++at])) return false;
        }

        return true;
    }
}
