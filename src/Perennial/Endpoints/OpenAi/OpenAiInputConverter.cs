using System.Text.Json;
using System.Text.Json.Serialization;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;

namespace Perennial.Endpoints.OpenAi;

/// <summary>Reads one image or an array of them, and stops at the first image too many, before it is decoded.</summary>
/// <param name="most">Most images.</param>
internal sealed class OpenAiInputConverter(int most) : JsonConverter<IReadOnlyList<ImageData>>
{
    public override IReadOnlyList<ImageData> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return [JsonSerializer.Deserialize<ImageData>(ref reader, options)!];
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
        List<ImageData> images = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (images.Count == most) throw ImageForms.TooManyImages(most);
            if (reader.TokenType != JsonTokenType.String) throw new JsonException();
            images.Add(JsonSerializer.Deserialize<ImageData>(ref reader, options)!);
        }
        return images;
    }

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<ImageData> value, JsonSerializerOptions options) => throw new NotSupportedException();
}
