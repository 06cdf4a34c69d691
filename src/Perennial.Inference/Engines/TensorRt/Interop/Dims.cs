using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Perennial.Inference.Engines.TensorRt.Interop;

/// <summary>A shape as TensorRT 10 and 11 pass it: 72 bytes, at most 8 dimensions, -1 for a free one, and -1 dimensions for no answer.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct Dims
{
    private const int Most = 8;

    private readonly int _count;
    private Sizes _sizes;

    public Dims(ReadOnlySpan<int> shape)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(shape.Length, Most, nameof(shape));
        _count = shape.Length;
        for (int i = 0; i < shape.Length; i++)
            _sizes[i] = shape[i];
    }

    public readonly bool IsShape(params ReadOnlySpan<int> shape)
    {
        if (_count != shape.Length)
            return false;
        for (int i = 0; i < shape.Length; i++)
        {
            if (_sizes[i] != shape[i])
                return false;
        }
        return true;
    }

    /// <summary>The shape, or null for one that is no answer or does not fit.</summary>
    public readonly int[]? ToArray()
    {
        if (_count is < 0 or > Most)
            return null;
        int[] shape = new int[_count];
        for (int i = 0; i < shape.Length; i++)
        {
            if (_sizes[i] is < -1 or > int.MaxValue)
                return null;
            shape[i] = (int)_sizes[i];
        }
        return shape;
    }

    public override readonly string ToString() => ToArray() is { } shape ? $"[{string.Join(", ", shape)}]" : $"of {_count} dimensions";

    [InlineArray(Most)]
    private struct Sizes
    {
        private long _first;
    }
}
