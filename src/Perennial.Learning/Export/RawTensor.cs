using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;

namespace Perennial.Learning.Export;

/// <summary>Constants of a graph as the specification's <c>raw_data</c>: little-endian, row-major.</summary>
internal static class RawTensor
{
    /// <summary>Encodes values in a precision.</summary>
    /// <param name="name">The constant's name, for the message.</param>
    /// <param name="values">The values in row-major order.</param>
    /// <param name="precision">The element type; float16 rounds to the nearest.</param>
    /// <exception cref="ExportException">A value is not finite, or beyond float16's 65504.</exception>
    public static ByteString Encode(string name, ReadOnlySpan<float> values, OnnxPrecision precision)
    {
        int width = precision == OnnxPrecision.Float16 ? sizeof(ushort) : sizeof(float);
        byte[] bytes = new byte[checked(values.Length * width)];
        for (int i = 0; i < values.Length; i++)
        {
            Span<byte> target = bytes.AsSpan(i * width, width);
            if (precision == OnnxPrecision.Float16)
            {
                BinaryPrimitives.WriteHalfLittleEndian(target, Finite(name, (Half)values[i], values[i]));
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(target, float.IsFinite(values[i]) ? values[i] : throw NotFinite(name, values[i]));
            }
        }

        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>Encodes integers as int64.</summary>
    public static ByteString Encode(ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[checked(values.Length * sizeof(long))];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * sizeof(long)), values[i]);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>Encodes integers as int32.</summary>
    public static ByteString Encode(ReadOnlySpan<int> values)
    {
        byte[] bytes = new byte[checked(values.Length * sizeof(int))];
        for (int i = 0; i < values.Length; i++) BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>Encodes integers as int8.</summary>
    public static ByteString Encode(ReadOnlySpan<sbyte> values) => UnsafeByteOperations.UnsafeWrap(MemoryMarshal.AsBytes(values).ToArray());

    private static Half Finite(string name, Half rounded, float value) =>
        Half.IsFinite(rounded) ? rounded
        : float.IsFinite(value) ? throw new ExportException($"'{name}' holds {value}, which float16 (at most 65504) cannot hold: export float32 only, or train with more weight decay.")
        : throw NotFinite(name, value);

    private static ExportException NotFinite(string name, float value) =>
        new($"'{name}' holds {value}: the training has diverged. Train again with a lower learning rate.");
}
