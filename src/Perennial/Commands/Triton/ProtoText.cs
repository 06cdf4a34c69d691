using System.Globalization;
using System.Text;

namespace Perennial.Commands.Triton;

/// <summary>A protobuf message in its text form, written field by field.</summary>
internal sealed class ProtoText
{
    private readonly StringBuilder _text = new();
    private readonly string _indent;

    public ProtoText() => _indent = "";

    private ProtoText(string indent) => _indent = indent;

    public ProtoText Text(string field, string value) => Line($"{field}: {Quoted(value)}");

    public ProtoText Number(string field, long value) => Line($"{field}: {value.ToString(CultureInfo.InvariantCulture)}");

    /// <summary>A name of an enumeration, or true and false.</summary>
    public ProtoText Word(string field, string value) => Line($"{field}: {value}");

    public ProtoText Numbers(string field, IEnumerable<int> values) =>
        Line($"{field}: [ {string.Join(", ", values.Select(value => value.ToString(CultureInfo.InvariantCulture)))} ]");

    /// <summary>A message; once more under the same name where the field is repeated.</summary>
    public ProtoText Message(string field, Action<ProtoText> fill)
    {
        ProtoText inner = new(_indent + "  ");
        fill(inner);
        Line($"{field} {{");
        _text.Append(inner._text);
        return Line("}");
    }

    /// <summary>One entry of a map from text to text.</summary>
    public ProtoText Entry(string field, string key, string value) => Message(field, entry => entry.Text("key", key).Text("value", value));

    /// <summary>One entry of a map from text to messages.</summary>
    public ProtoText Entry(string field, string key, Action<ProtoText> value) => Message(field, entry => entry.Text("key", key).Message("value", value));

    public override string ToString() => _text.ToString();

    private ProtoText Line(string line)
    {
        _text.Append(_indent).Append(line).Append('\n');
        return this;
    }

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).ReplaceLineEndings("\\n")}\"";
}
