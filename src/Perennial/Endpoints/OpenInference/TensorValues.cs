using System.Text.Json;
using System.Text.Json.Serialization;
using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.OpenInference;

/// <summary>The elements of a tensor in JSON, nested or flat, in row-major order: numbers, or images in base64.</summary>
/// <param name="Numbers">The numbers; empty where there are images.</param>
/// <param name="Images">The images; empty where there are numbers.</param>
[JsonConverter(typeof(Converter))]
public sealed record TensorValues(IReadOnlyList<float> Numbers, IReadOnlyList<ImageData> Images)
{
    private sealed class Converter : JsonConverter<TensorValues>
    {
        public override TensorValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException();
            (List<float> numbers, List<ImageData> images) = ([], []);
            for (int depth = 1; depth > 0 && reader.Read();)
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.StartArray: depth++; break;
                    case JsonTokenType.EndArray: depth--; break;
                    case JsonTokenType.Number when images.Count == 0 && reader.TryGetSingle(out float number): numbers.Add(number); break;
                    case JsonTokenType.String when numbers.Count == 0: images.Add(JsonSerializer.Deserialize<ImageData>(ref reader, options)!); break;
                    default: throw new JsonException();
                }
            }
            return new TensorValues(numbers, images);
        }

        public override void Write(Utf8JsonWriter writer, TensorValues value, JsonSerializerOptions options) => throw new NotSupportedException();
    }
}
