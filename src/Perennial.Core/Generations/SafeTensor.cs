using System.Runtime.InteropServices;

namespace Perennial.Core.Generations;

/// <summary>One named tensor of a safetensors file: little-endian, row-major.</summary>
/// <param name="Name">Any non-empty name but <c>__metadata__</c>.</param>
/// <param name="DType">The specification's name: "F32", "F16", "I64", ...</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Data">product(Shape) items, without padding.</param>
public sealed record SafeTensor(string Name, string DType, long[] Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>Wraps float32 values. <paramref name="values"/> is copied.</summary>
    public static SafeTensor F32(string name, long[] shape, ReadOnlySpan<float> values) => Of(name, "F32", shape, values);

    /// <summary>Wraps float16 values. <paramref name="values"/> is copied.</summary>
    public static SafeTensor F16(string name, long[] shape, ReadOnlySpan<Half> values) => Of(name, "F16", shape, values);

    /// <summary>Wraps int64 values. <paramref name="values"/> is copied.</summary>
    public static SafeTensor I64(string name, long[] shape, ReadOnlySpan<long> values) => Of(name, "I64", shape, values);

    /// <summary>The values without a copy.</summary>
    /// <exception cref="SafetensorsException">The tensor is not F32.</exception>
    public ReadOnlySpan<float> Floats => View<float>("F32");

    /// <summary>The values without a copy.</summary>
    /// <exception cref="SafetensorsException">The tensor is not F16.</exception>
    public ReadOnlySpan<Half> Halves => View<Half>("F16");

    /// <summary>The values without a copy.</summary>
    /// <exception cref="SafetensorsException">The tensor is not I64.</exception>
    public ReadOnlySpan<long> Integers => View<long>("I64");

    private static SafeTensor Of<T>(string name, string dtype, long[] shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        if (shape.Aggregate(1L, (product, size) => checked(product * size)) != values.Length)
            throw new ArgumentException($"{name} has {values.Length} values, which is not the product of [{string.Join(", ", shape)}].", nameof(values));
        return new SafeTensor(name, dtype, shape, MemoryMarshal.AsBytes(values).ToArray());
    }

    private ReadOnlySpan<T> View<T>(string dtype) where T : unmanaged => DType == dtype
        ? MemoryMarshal.Cast<byte, T>(Data.Span)
        : throw new SafetensorsException($"{Name} is {DType}, not {dtype}.");
}
