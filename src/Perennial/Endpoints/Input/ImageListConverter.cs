using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Input;

/// <summary>Reads the member <c>images</c> and stops at the first image too many, before it is decoded.</summary>
/// <param name="most">Most images.</param>
internal sealed class ImageListConverter<T>(int most) : JsonConverter<IReadOnlyList<T>>
{
    public override IReadOnlyList<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        List<T> list = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (list.Count == most) throw ImageForms.TooManyImages(most);
            string path = $"$.images[{list.Count}]";
            try
            {
                list.Add(JsonSerializer.Deserialize<T>(ref reader, options) ?? throw new JsonException(null, path, null, null));
            }
            catch (JsonException exception) when (exception.Path?.StartsWith(path, StringComparison.Ordinal) == false)
            {
                throw new JsonException(exception.Message, path + exception.Path[1..], null, null, exception); // its path begins at the image
            }
        }
        return list;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<T> value, JsonSerializerOptions options) => throw new NotSupportedException();
}
