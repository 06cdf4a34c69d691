using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Perennial.Core.Search.Qdrant;

/// <summary>One text for all spellings of a JSON value that are equal: members in order, numbers as digits and a power of ten.</summary>
internal static class CanonicalJson
{
    public static string Of(JsonElement value)
    {
        StringBuilder text = new();
        Write(value, text);
        return text.ToString();
    }

    /// <summary>Whether every number comes back as it was from a reader that knows 64-bit integers and doubles only.</summary>
    public static bool IsPortable(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().All(member => IsPortable(member.Value)),
        JsonValueKind.Array => value.EnumerateArray().All(IsPortable),
        JsonValueKind.Number => value.TryGetInt64(out _) || value.TryGetUInt64(out _)
            || (value.TryGetDouble(out double number) && double.IsFinite(number) && Number(number.ToString("R", CultureInfo.InvariantCulture)) == Number(value.GetRawText())),
        _ => true,
    };

    private static void Write(JsonElement value, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append('{');
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    text.Append(Quoted(member.Name)).Append(':');
                    Write(member.Value, text);
                    text.Append(',');
                }
                text.Append('}');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                foreach (JsonElement item in value.EnumerateArray())
                {
                    Write(item, text);
                    text.Append(',');
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(Quoted(value.GetString()!));
                break;
            case JsonValueKind.Number:
                text.Append(Number(value.GetRawText()));
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private static string Number(string raw)
    {
        int exponentAt = raw.AsSpan().IndexOfAny('e', 'E');
        ReadOnlySpan<char> mantissa = (exponentAt < 0 ? raw : raw[..exponentAt]).TrimStart('-');
        BigInteger power = exponentAt < 0 ? 0 : BigInteger.Parse(raw.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        int point = mantissa.IndexOf('.');
        string digits = (point < 0 ? mantissa.ToString() : $"{mantissa[..point]}{mantissa[(point + 1)..]}").TrimStart('0');
        if (digits.Length == 0) return "0";
        string significant = digits.TrimEnd('0');
        power += digits.Length - significant.Length - (point < 0 ? 0 : mantissa.Length - point - 1);
        return $"{(raw[0] == '-' ? "-" : "")}{significant}e{power}";
    }
}
