using System.Text;
using System.Text.Json;

namespace Perennial.Tests.Endpoints.Fuzzing;

/// <summary>Changes to the values and members of a JSON text, made in the text, so that what no JSON library would write comes out too.</summary>
internal static class JsonMutation
{
    private static readonly byte[][] Odd =
    [
        .. new[]
        {
            "null", "true", "false", "0", "-1", "-0", "1.5", "1e999", "-1e999", "1e-999", "99999999999999999999", "2147483648", "9223372036854775807", "-9223372036854775808", "NaN", "Infinity", "0x10", "01", "'x'",
            "\"\"", "\" \"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\uD83D\\uDE00\"", "\"\\x\"", "\"../../etc/passwd\"", "\"file:///etc/passwd\"", "\"http://localhost:1/x.png\"",
            "\"data:image/png;base64,\"", "\"data:,x\"", "\"data:image/png;base64,####\"", "\"AAAA\"", "\"'; DROP TABLE images; --\"", "\"float\"", "\"FP32\"", "\"BYTES\"",
            "[]", "{}", "[null]", "[[]]", "{\"a\":1}", "{\"a\":1,\"a\":2}", "{\"\":{\"\\ud800\":\"\\udfff\"}}", "[1,\"a\",null,{}]", "/* x */ 1", "1 2",
            new string('[', 40) + new string(']', 40), string.Concat(Enumerable.Repeat("{\"a\":", 40)) + "1" + new string('}', 40), new string('[', 20_000), new string('9', 400), "1." + new string('3', 400),
        }.Select(Encoding.UTF8.GetBytes),
        [(byte)'"', 0xFF, 0xFE, (byte)'"'], [(byte)'"', 0xED, 0xA0, 0x80, (byte)'"'], [(byte)'"', 0xC3, (byte)'"'], [(byte)'"', .. new byte[5000].Select(_ => (byte)'x'), (byte)'"'],
    ];

    public static byte[] Apply(byte[] json, Random random)
    {
        for (int times = 1 + random.Next(2); times > 0; times--)
        {
            (List<Range> values, List<Range> members) = Scan(json);
            json = values.Count == 0 || random.OneIn(8) ? ByteMutation.Apply(json, random) : Once(json, values, members, random);
        }
        return json;
    }

    private static byte[] Once(byte[] json, List<Range> values, List<Range> members, Random random)
    {
        Range value = random.Pick(values), other = random.Pick(values), member = members.Count > 0 ? random.Pick(members) : value;
        return random.Next(9) switch
        {
            0 => Replace(json, value, [.. "["u8, .. json[value], .. "]"u8]),
            1 => Replace(json, value, [.. "{\"a\":"u8, .. json[value], .. "}"u8]),
            2 => Replace(json, member, []), // a comma too many is left
            3 => Replace(json, member, [.. json[member], .. ","u8, .. json[member]]),
            4 => Replace(json, member, [.. json[member], .. ",\"unknown\":"u8, .. random.Pick(Odd)]),
            5 => Replace(json, value, json[other]),
            _ => Replace(json, value, random.Pick(Odd)),
        };
    }

    private static byte[] Replace(byte[] json, Range range, byte[] by)
    {
        (int at, int length) = range.GetOffsetAndLength(json.Length);
        return [.. json[..at], .. by, .. json[(at + length)..]];
    }

    /// <summary>Where values and members ("name": value) lie, as far as the text is JSON.</summary>
    private static (List<Range> Values, List<Range> Members) Scan(byte[] json)
    {
        (List<Range> values, List<Range> members) = ([], []);
        Stack<(int Start, int Name)> open = [];
        Utf8JsonReader reader = new(json);
        int name = -1;
        try
        {
            while (reader.Read())
            {
                int start = (int)reader.TokenStartIndex;
                if (reader.TokenType is JsonTokenType.PropertyName)
                {
                    name = start;
                    continue;
                }
                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    open.Push((start, name));
                    name = -1;
                    continue;
                }
                if (reader.TokenType is JsonTokenType.EndArray or JsonTokenType.EndObject) (start, name) = open.Pop();
                values.Add(start..(int)reader.BytesConsumed);
                if (name >= 0) members.Add(name..(int)reader.BytesConsumed);
                name = -1;
            }
        }
        catch (JsonException)
        {
            // What was found before the fault will do.
        }
        return (values, members);
    }
}
