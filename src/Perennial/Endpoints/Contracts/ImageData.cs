using System.Text.Json.Serialization;
using Perennial.Endpoints.Input;

namespace Perennial.Endpoints.Contracts;

/// <summary>The bytes of one image as received, or why there are none. In JSON a string: base64, or a data: URI with base64.</summary>
[JsonConverter(typeof(ImageDataConverter))]
public sealed record ImageData(ReadOnlyMemory<byte> Bytes, ItemError? Error)
{
    internal static ImageData Of(ReadOnlyMemory<byte> bytes, long longest) => bytes.Length > longest ? TooLarge(longest) : new(bytes, null);

    internal static ImageData Refused(string code, string message) => new(default, new ItemError(code, message));

    internal static ImageData TooLarge(long longest) => Refused(ErrorCode.ImageTooLarge, $"The image has more than {longest} bytes; send a smaller one.");
}
