using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Input;

/// <summary>Reads a list and stops at the first element too many, before it is decoded.</summary>
/// <param name="most">Most elements.</param>
internal sealed class BoundedListConverter<T>(int most) : JsonConverter<IReadOnlyList<T>>
{
    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        List<T> list = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count == most) throw ImageForms.TooManyImages(most);
            list.Add(JsonSerializer.Deserialize<T>(ref reader, options) ?? throw new JsonException());
        }
        return list;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) => throw new NotSupportedException();
}
