using System.Globalization;
using System.Text.RegularExpressions;

namespace Perennial.Tests.Commands.Triton;

/// <summary>
/// Reads protobuf's text form strictly and checks it against a schema: every field must exist, have the type that the schema says, and occur once unless it
/// is repeated. The answer is a tree of dictionaries, lists, texts, numbers and words.
/// </summary>
internal sealed partial class ProtoTextReader
{
    private readonly Queue<string> _tokens;

    private ProtoTextReader(string text)
    {
        string rest = Token().Replace(text, "");
        if (rest.Trim().Length > 0) throw new FormatException($"'{rest.Trim()}' is no token.");
        _tokens = new Queue<string>(Token().Matches(text).Select(match => match.Value));
    }

    public static Dictionary<string, object> Read(string text, string message)
    {
        ProtoTextReader reader = new(text);
        Dictionary<string, object> read = reader.Message(message, end: null);
        return read;
    }

    private Dictionary<string, object> Message(string message, string? end)
    {
        Dictionary<string, object> fields = [];
        while (_tokens.TryDequeue(out string? name))
        {
            if (name == end) return fields;
            if (!ModelConfigSchema.Messages[message].TryGetValue(name, out string? type)) throw new FormatException($"{message} has no field {name}.");
            bool repeated = type.EndsWith("[]", StringComparison.Ordinal);
            List<object> values = [.. Values(repeated ? type[..^2] : type, repeated)];
            if (!repeated)
            {
                if (!fields.TryAdd(name, values.Single())) throw new FormatException($"{message}.{name} occurs twice.");
            }
            else if (fields.TryGetValue(name, out object? before)) ((List<object>)before).AddRange(values);
            else fields.Add(name, values);
        }
        return end is null ? fields : throw new FormatException($"{message} does not end.");
    }

    private IEnumerable<object> Values(string type, bool repeated)
    {
        bool message = ModelConfigSchema.Messages.ContainsKey(type);
        if (_tokens.Peek() == ":") _tokens.Dequeue();
        else if (!message) throw new FormatException($"A colon is missing before {_tokens.Peek()}.");
        if (_tokens.Peek() != "[")
        {
            yield return Value(type, message);
            yield break;
        }
        if (!repeated) throw new FormatException("A list for a field that is not repeated.");
        for (string separator = _tokens.Dequeue(); separator != "]"; separator = _tokens.Dequeue())
        {
            if (separator is not ("[" or ",")) throw new FormatException($"'{separator}' between the values of a list.");
            yield return Value(type, message);
        }
    }

    private object Value(string type, bool message)
    {
        string token = _tokens.Dequeue();
        if (message) return token == "{" ? Message(type, "}") : throw new FormatException($"{type} does not begin with a brace.");
        if (ModelConfigSchema.Enums.TryGetValue(type, out string[]? words)) return words.Contains(token) ? token : throw new FormatException($"{token} is no {type}.");
        return type switch
        {
            "string" => token is ['"', .. var inner, '"'] ? Regex.Unescape(inner) : throw new FormatException($"{token} is no string."),
            "bool" => bool.Parse(token),
            "int32" => int.Parse(token, CultureInfo.InvariantCulture),
            "uint32" => (long)uint.Parse(token, CultureInfo.InvariantCulture),
            "int64" => long.Parse(token, CultureInfo.InvariantCulture),
            "uint64" => ulong.Parse(token, CultureInfo.InvariantCulture),
            _ => throw new FormatException($"The schema has no type {type}."),
        };
    }

    [GeneratedRegex("""[A-Za-z_][A-Za-z0-9_]*|-?[0-9]+|"(?:[^"\\\n]|\\.)*"|[:{}\[\],]""")]
    private static partial Regex Token();
}
