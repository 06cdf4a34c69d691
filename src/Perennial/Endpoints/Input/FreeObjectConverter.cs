using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Input;

/// <summary>Reads an object whose members the caller is free to choose, and checks here what otherwise fails where the object is used: names given twice, and texts that are no Unicode.</summary>
internal sealed class FreeObjectConverter : JsonConverter<JsonObject>
{
    /// <summary>Part of the message when a text is not valid Unicode.</summary>
    public const string NotUnicode = "not valid Unicode";

    public override JsonObject Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        JsonElement element = JsonSerializer.Deserialize<JsonElement>(ref reader, options); // refuses names given twice, at every level
        CheckTexts(element);
        return JsonObject.Create(element)!;
    }

    public override void Write(Utf8JsonWriter writer, JsonObject value, JsonSerializerOptions options) => value.WriteTo(writer, options);

    private static void CheckTexts(JsonElement element)
    {
        try
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.String:
                    _ = element.GetString();
                    break;
                case JsonValueKind.Array:
                    foreach (JsonElement item in element.EnumerateArray()) CheckTexts(item);
                    break;
                case JsonValueKind.Object:
                    foreach (JsonProperty member in element.EnumerateObject())
                    {
                        _ = member.Name;
                        CheckTexts(member.Value);
                    }
                    break;
            }
        }
        catch (InvalidOperationException)
        {
            throw new JsonException(NotUnicode);
        }
    }
}
