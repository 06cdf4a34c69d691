using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Perennial.Endpoints.Contracts;

/// <summary>An embedding in the answer: an array of numbers, or base64 of little-endian 32-bit floats.</summary>
[JsonConverter(typeof(Converter))]
public sealed record EmbeddingValues(ReadOnlyMemory<float> Values, EncodingFormat Format)
{
    /// <summary>How many components are kept: what was asked for, or all.</summary>
    /// <exception cref="ProblemException">400: fewer than 1 or more than there are.</exception>
    internal static int Kept(int? asked, int dimensions) => asked is < 1 || asked > dimensions
        ? throw ProblemException.Invalid($"'dimensions' is {asked}; embeddings of this generation have 1 to {dimensions} to give.")
        : asked ?? dimensions;

    /// <summary>The first components of an embedding, again of unit length; all zeros stay zeros.</summary>
    /// <param name="vector">[D], unit length.</param>
    /// <param name="kept">1 to D.</param>
    /// <param name="format">How they are written.</param>
    internal static EmbeddingValues Of(float[] vector, int kept, EncodingFormat format)
    {
        if (kept == vector.Length) return new EmbeddingValues(vector, format);
        float[] head = vector[..kept];
        float norm = TensorPrimitives.Norm<float>(head);
        if (norm > 0) TensorPrimitives.Divide(head, norm, head);
        return new EmbeddingValues(head, format);
    }

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
