using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>An embedding in the answer: an array of numbers, or base64 of little-endian 32-bit floats.</summary>
[JsonConverter(typeof(Converter))]
public sealed record EmbeddingValues(ReadOnlyMemory<float> Values, EncodingFormat Format)
{
    private sealed class Converter : JsonConverter<EmbeddingValues>
    {
        public override EmbeddingValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, EmbeddingValues value, JsonSerializerOptions options)
        {
            if (value.Format == EncodingFormat.Base64)
            {
                writer.WriteBase64StringValue(MemoryMarshal.AsBytes(value.Values.Span)); // the machines that .NET runs this on are little-endian
                return;
            }
            writer.WriteStartArray();
            foreach (float component in value.Values.Span) writer.WriteNumberValue(component);
            writer.WriteEndArray();
        }
    }
}
