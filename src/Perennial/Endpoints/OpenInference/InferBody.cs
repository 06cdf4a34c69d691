using System.Buffers.Binary;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using Perennial.Core.Images;
using Perennial.Endpoints.Contracts;
using Perennial.Endpoints.Input;
using Perennial.Hosting;

namespace Perennial.Endpoints.OpenInference;

/// <summary>
/// Reads the body of an inference request in its three forms: JSON; JSON with tensors behind it in binary, where the header
/// <c>Inference-Header-Content-Length</c> gives the length of the JSON; or, where that header is 0, one encoded image and nothing else.
/// </summary>
/// <remarks>Source: Open Inference Protocol v2, inference_rest.md, and its binary tensor data extension (little-endian, row-major; BYTES: a 32-bit length before each element).</remarks>
internal sealed class InferBody(JsonBody json, PerennialOptions options)
{
    /// <summary>Header with the length of the JSON part in bytes.</summary>
    public const string JsonLengthHeader = "Inference-Header-Content-Length";

    private const string InputName = "image";

    /// <summary>The request, and its binary part.</summary>
    public async Task<(InferRequest Request, ReadOnlyMemory<byte> Tail, bool IsRaw)> ReadAsync(HttpContext context)
    {
        ReadOnlyMemory<byte> body = await json.ReceiveAsync(context);
        if (!context.Request.Headers.TryGetValue(JsonLengthHeader, out var header)) return (Parse(body), default, false);
        if (!int.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > body.Length)
            throw ProblemException.Invalid($"{JsonLengthHeader} must be the length of the JSON part, from 0 to the {body.Length} bytes of the body.");
        return length > 0
            ? (Parse(body[..length]), body[length..], false)
            : (new InferRequest { Inputs = [new InferInput { Name = InputName, Datatype = "BYTES", Shape = [1] }] }, body, true);
    }

    /// <summary>The images of a request.</summary>
    /// <param name="request">Its JSON part.</param>
    /// <param name="tail">Its binary part.</param>
    /// <param name="isRaw">Whether the binary part is one image without a length before it.</param>
    /// <param name="side">S, pixels.</param>
    /// <exception cref="ProblemException">400 or 413.</exception>
    public GivenImages Images(InferRequest request, ReadOnlyMemory<byte> tail, bool isRaw, int side)
    {
        if (request.Inputs is not [{ Name: InputName } input])
            throw ProblemException.Invalid($"The model has one input, '{InputName}'; the request gives {(request.Inputs.Count == 0 ? "none" : string.Join(", ", request.Inputs.Select(given => $"'{given.Name}'")))}.");
        ReadOnlyMemory<byte>? binary = isRaw ? tail : Binary(input, tail);
        if (binary is null == input.Data is null) throw ProblemException.Invalid($"Input '{InputName}' needs either 'data' or, in its parameters, 'binary_data_size', and not both.");
        if (input is { Datatype: "UINT8", Shape: [_] or [1, _] }) return new GivenImages(1, [EncodedImage(input.Shape[^1], binary, input.Data)], null);
        bool encoded = input.Datatype == "BYTES";
        if (!encoded && input.Datatype is not ("FP32" or "FP16" or "UINT8")) throw ProblemException.Invalid($"Input '{InputName}' is BYTES (encoded images), UINT8, FP16 or FP32 (pixels); not '{input.Datatype}'.");
        if (input.Datatype == "FP16" && binary is null) throw ProblemException.Invalid($"Input '{InputName}' of FP16 has no form in JSON; send it behind the JSON part, with 'binary_data_size'.");
        bool fits = encoded ? input.Shape is [_] or [_, 1] : input.Shape is [_, 3, long height, long width] && height == side && width == side;
        int count = CountOf(fits ? input.Shape[0] : 0, encoded ? "[N]" : $"[N, 3, {side}, {side}]");
        if (encoded)
        {
            IReadOnlyList<ImageData> images = isRaw ? [ImageData.Of(tail, options.Images.MaxBytes)] : binary is { } elements ? Elements(elements) : input.Data!.Images;
            return images.Count == count ? new GivenImages(count, images, null) : throw Mismatch(count, images.Count);
        }
        int values = count * 3 * side * side;
        float[] pixels = binary is { } bytes ? Pixels(bytes, input.Datatype, values) : Pixels(input.Data!.Numbers, input.Datatype, values);
        return pixels.All(pixel => pixel is >= 0 and <= 1) // no NaN either; and huge ones would overflow to it in the network
            ? new GivenImages(count, null, pixels)
            : throw ProblemException.Invalid($"Input '{InputName}' has a value that is not from 0 to 1; send pixels as UINT8, or as FP32 divided by 255.");
    }

    /// <summary>A parameter that is true or false.</summary>
    public static bool? Flag(IReadOnlyDictionary<string, JsonElement>? parameters, string name)
    {
        if (parameters is null || !parameters.TryGetValue(name, out JsonElement value)) return null;
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw ProblemException.Invalid($"The parameter '{name}' must be true or false.");
    }

    private InferRequest Parse(ReadOnlyMemory<byte> body)
    {
        InferRequest request = json.Parse<InferRequest>(body);
        return request.Inputs.All(input => input is not null) && request.Outputs?.Any(output => output is null) != true
            ? request
            : throw ProblemException.Invalid("'inputs' and 'outputs' are arrays of objects; null is none.");
    }

    private static ReadOnlyMemory<byte>? Binary(InferInput input, ReadOnlyMemory<byte> tail)
    {
        if (input.Parameters is null || !input.Parameters.TryGetValue("binary_data_size", out JsonElement size))
            return tail.IsEmpty ? null : throw ProblemException.Invalid($"{tail.Length} bytes follow the JSON part, but no input has a 'binary_data_size'.");
        if (size.ValueKind != JsonValueKind.Number || !size.TryGetInt64(out long length) || length != tail.Length)
            throw ProblemException.Invalid($"'binary_data_size' of input '{InputName}' must be {tail.Length}, the number of bytes behind the JSON part.");
        return tail;
    }

    private int CountOf(long count, string shape)
    {
        if (count < 1) throw ProblemException.Invalid($"The shape of input '{InputName}' must be {shape} with N of 1 or more.");
        return count <= options.Limits.MaxImagesPerRequest ? (int)count : throw ImageForms.TooManyImages(options.Limits.MaxImagesPerRequest);
    }

    private List<ImageData> Elements(ReadOnlyMemory<byte> bytes)
    {
        List<ImageData> images = [];
        while (!bytes.IsEmpty)
        {
            uint length = bytes.Length < sizeof(uint) ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
            if (length > bytes.Length - sizeof(uint)) throw ProblemException.Invalid($"The elements of input '{InputName}' do not end where its bytes do: each is its length in 32 bits, little-endian, and then its bytes.");
            if (images.Count == options.Limits.MaxImagesPerRequest) throw ImageForms.TooManyImages(options.Limits.MaxImagesPerRequest);
            images.Add(ImageData.Of(bytes.Slice(sizeof(uint), (int)length), options.Images.MaxBytes));
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }
        return images;
    }

    // One encoded image, its bytes as the elements of a vector.
    private ImageData EncodedImage(long length, ReadOnlyMemory<byte>? binary, TensorValues? data)
    {
        ReadOnlyMemory<byte> bytes = binary ?? data!.Numbers.Select(ToByte).ToArray();
        return bytes.Length == length ? ImageData.Of(bytes, options.Images.MaxBytes) : throw Mismatch(length, bytes.Length);
    }

    private static float[] Pixels(ReadOnlyMemory<byte> bytes, string datatype, int values)
    {
        float[] pixels = new float[values];
        int size = datatype switch { "FP32" => sizeof(float), "FP16" => sizeof(ushort), _ => sizeof(byte) };
        if (bytes.Length != (long)values * size) throw Mismatch(values, bytes.Length / size);
        switch (datatype) // the machines that .NET runs this on are little-endian
        {
            case "FP32": MemoryMarshal.Cast<byte, float>(bytes.Span).CopyTo(pixels); break;
            case "FP16": TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(bytes.Span), pixels); break;
            default: TileConversion.ToFloat(bytes.Span, pixels); break;
        }
        return pixels;
    }

    private static float[] Pixels(IReadOnlyList<float> numbers, string datatype, int values)
    {
        if (numbers.Count != values) throw Mismatch(values, numbers.Count);
        if (datatype == "FP32") return [.. numbers];
        float[] pixels = new float[values];
        TileConversion.ToFloat([.. numbers.Select(ToByte)], pixels);
        return pixels;
    }

    private static byte ToByte(float number) => number is >= 0 and <= byte.MaxValue && number == MathF.Floor(number) ? (byte)number : throw ProblemException.Invalid($"{number} is not a UINT8.");

    private static ProblemException Mismatch(long expected, long given) => ProblemException.Invalid($"By its shape input '{InputName}' has {expected} elements; {given} are given.");
}
