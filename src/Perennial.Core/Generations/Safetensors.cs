using System.Buffers.Binary;
using System.Text.Json;

namespace Perennial.Core.Generations;

/// <summary>
/// The safetensors file format: u64 little-endian header length, JSON header (name to dtype, shape and data_offsets), the bytes of all tensors without a gap.
/// Source: the format section of github.com/huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int MaxHeader = 100_000_000;
    private const int Alignment = 8;
    private const string MetadataKey = "__metadata__";

    /// <summary>Writes a file that is a function of its content alone: widest items first, then by name, the header padded with spaces so that items are aligned.</summary>
    public static void Write(string path, IEnumerable<SafeTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        SafeTensor[] ordered = [.. tensors.OrderByDescending(tensor => ItemSize(tensor.DType)).ThenBy(tensor => tensor.Name, StringComparer.Ordinal)];
        byte[] header = Header(ordered, metadata);
        using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        file.Write(length);
        file.Write(header);
        foreach (SafeTensor tensor in ordered)
            file.Write(tensor.Data.Span);
    }

    /// <summary>Reads a file of up to 2 GiB.</summary>
    /// <exception cref="SafetensorsException">Truncated, a header that is too long or not the specified JSON, an unknown dtype, or offsets that overlap, leave gaps or do not fit the shape.</exception>
    public static SafetensorsFile Read(string path)
    {
        long fileLength = new FileInfo(path).Length;
        if (fileLength > Array.MaxLength)
            throw new SafetensorsException($"{path} is larger than 2 GiB.");
        byte[] bytes = File.ReadAllBytes(path);
        if (bytes.Length < 8)
            throw new SafetensorsException($"{path} is shorter than the 8 bytes of the header length.");
        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        if (headerLength > MaxHeader)
            throw new SafetensorsException($"{path} announces a header of {headerLength} bytes; {MaxHeader} are allowed.");
        if (headerLength > (ulong)bytes.Length - 8)
            throw new SafetensorsException($"{path} ends within its header.");
        int start = 8 + (int)headerLength;
        return Parse(path, bytes.AsMemory(8, (int)headerLength), bytes.AsMemory(start));
    }

    private static byte[] Header(SafeTensor[] tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            WriteTensors(json, tensors);
            json.WriteEndObject();
        }
        while (stream.Length % Alignment != 0)
            stream.WriteByte((byte)' ');
        return stream.Length <= MaxHeader ? stream.ToArray() : throw new SafetensorsException($"The header would have {stream.Length} bytes; {MaxHeader} are allowed.");
    }

    private static void WriteTensors(Utf8JsonWriter json, SafeTensor[] tensors)
    {
        HashSet<string> names = [MetadataKey];
        long offset = 0;
        foreach (SafeTensor tensor in tensors)
        {
            if (tensor.Name.Length == 0 || !names.Add(tensor.Name))
                throw new SafetensorsException($"The name '{tensor.Name}' is empty, reserved or given twice.");
            if (ByteLength(tensor.Name, tensor.DType, tensor.Shape) != tensor.Data.Length)
                throw new SafetensorsException($"{tensor.Name} has {tensor.Data.Length} bytes, which do not fill {tensor.DType} [{string.Join(", ", tensor.Shape)}].");
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.DType);
            WriteNumbers(json, "shape", tensor.Shape);
            WriteNumbers(json, "data_offsets", [offset, offset += tensor.Data.Length]);
            json.WriteEndObject();
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (long value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    private static SafetensorsFile Parse(string path, ReadOnlyMemory<byte> header, ReadOnlyMemory<byte> data)
    {
        try
        {
            if (header.Length == 0 || header.Span[0] != (byte)'{')
                throw new SafetensorsException($"The header of {path} does not begin with '{{'.");
            using JsonDocument document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Dictionary<string, string> metadata = new(StringComparer.Ordinal);
            List<(long Begin, SafeTensor Tensor)> tensors = [];
            foreach (JsonProperty entry in document.RootElement.EnumerateObject())
            {
                if (entry.Name == MetadataKey)
                    metadata = entry.Value.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? throw new SafetensorsException($"{MetadataKey} of {path} holds something that is not a string."), StringComparer.Ordinal);
                else
                    tensors.Add(ReadTensor(path, entry, data));
            }
            return new SafetensorsFile(WithoutGaps(path, tensors, data.Length), metadata);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new SafetensorsException($"The header of {path} is not what the specification asks for: {exception.Message}", exception);
        }
    }

    private static (long Begin, SafeTensor Tensor) ReadTensor(string path, JsonProperty entry, ReadOnlyMemory<byte> data)
    {
        string dtype = entry.Value.GetProperty("dtype").GetString() ?? "";
        long[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())];
        long[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64())];
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > data.Length)
            throw new SafetensorsException($"The data_offsets of {entry.Name} in {path} lie outside the file.");
        if (ByteLength(entry.Name, dtype, shape) != offsets[1] - offsets[0])
            throw new SafetensorsException($"The data_offsets of {entry.Name} in {path} do not fit {dtype} [{string.Join(", ", shape)}].");
        return (offsets[0], new SafeTensor(entry.Name, dtype, shape, data[(int)offsets[0]..(int)offsets[1]]));
    }

    private static SafeTensor[] WithoutGaps(string path, List<(long Begin, SafeTensor Tensor)> tensors, long length)
    {
        // An empty tensor shares its offset with the one behind it, so ties are ordered by length.
        (long Begin, SafeTensor Tensor)[] ordered = [.. tensors.OrderBy(entry => entry.Begin).ThenBy(entry => entry.Tensor.Data.Length)];
        long end = 0;
        foreach ((long begin, SafeTensor tensor) in ordered)
        {
            if (begin != end)
                throw new SafetensorsException($"{tensor.Name} in {path} {(begin < end ? "overlaps the tensor before it" : "leaves a gap before it")}.");
            end = begin + tensor.Data.Length;
        }
        return end == length ? [.. ordered.Select(entry => entry.Tensor)]
            : throw new SafetensorsException($"{path} has {length - end} bytes that belong to no tensor.");
    }

    private static long ByteLength(string name, string dtype, long[] shape)
    {
        try
        {
            long items = 1;
            foreach (long size in shape)
                items = size < 0 ? throw new SafetensorsException($"{name} has a negative size.") : checked(items * size);
            return checked(items * ItemSize(dtype));
        }
        catch (OverflowException exception)
        {
            throw new SafetensorsException($"The shape of {name} overflows.", exception);
        }
    }

    private static int ItemSize(string dtype) => dtype switch
    {
        "F64" or "I64" or "U64" => 8,
        "F32" or "I32" or "U32" => 4,
        "F16" or "BF16" or "I16" or "U16" => 2,
        "I8" or "U8" or "BOOL" or "F8_E4M3" or "F8_E5M2" => 1,
        _ => throw new SafetensorsException($"The dtype '{dtype}' is not known."),
    };
}
