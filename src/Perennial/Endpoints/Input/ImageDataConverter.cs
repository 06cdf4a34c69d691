using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.Input;

/// <summary>Decodes base64 and data: URIs out of the JSON text, without a string in between. What cannot be decoded becomes the item's error, so that the other images go on.</summary>
internal sealed class ImageDataConverter : JsonConverter<ImageData>
{
    public override ImageData Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String) throw new JsonException();
        if (!reader.ValueIsEscaped && !reader.HasValueSequence) return Decode(reader.ValueSpan);
        byte[] unescaped = ArrayPool<byte>.Shared.Rent(reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length);
        try
        {
            return Decode(unescaped.AsSpan(0, reader.CopyString(unescaped)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(unescaped);
        }
    }

    public override void Write(Utf8JsonWriter writer, ImageData value, JsonSerializerOptions options) => writer.WriteBase64StringValue(value.Bytes.Span);

    private static ImageData Decode(ReadOnlySpan<byte> text)
    {
        if (text.StartsWith("data:"u8))
        {
            int comma = text.IndexOf((byte)',');
            if (comma < 0 || !text[..comma].EndsWith(";base64"u8))
                return ImageData.Refused(ErrorCode.InvalidRequest, "This data: URI is not in base64; write data:image/jpeg;base64,...");
            text = text[(comma + 1)..];
        }
        else if (text.StartsWith("http://"u8) || text.StartsWith("https://"u8))
        {
            return ImageData.Refused(ErrorCode.InvalidRequest, "Addresses are not fetched; send the image itself in base64.");
        }
        byte[] bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Base64.DecodeFromUtf8(text, bytes, out _, out int length) == OperationStatus.Done
            ? new ImageData(bytes.AsMemory(0, length), null)
            : ImageData.Refused(ErrorCode.InvalidRequest, "The data is not valid base64 (RFC 4648, section 4, with padding).");
    }
}
