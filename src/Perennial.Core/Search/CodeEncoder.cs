using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Perennial.Core.Search;

/// <summary>Makes the int8 codes of a whole block: each row with a scale of its own, symmetric about zero.</summary>
internal static unsafe class CodeEncoder
{
    /// <summary>What float32 may have lost of an error's length while it was summed.</summary>
    private const float Margin = 1.0001f;

    /// <param name="block">All its rows are written.</param>
    /// <param name="dimensions">Length of a row.</param>
    /// <param name="codes">[groups, words, 16, 4], filled with <see cref="CodeLayout.Zero"/> first, so that values after the last dimension count as 0.</param>
    /// <param name="scales">[rows].</param>
    /// <returns>The error ratio: no row's |x - x'| is more than this times its scale.</returns>
    public static float Encode(RowBlock block, int dimensions, Span<byte> codes, Span<float> scales)
    {
        codes.Fill(CodeLayout.Zero);
        int words = CodeLayout.Words(dimensions);
        byte[] row = new byte[words * CodeLayout.WordBytes];
        row.AsSpan().Fill(CodeLayout.Zero);
        float ratio = 0;
        fixed (byte* from = row, to = codes)
        {
            for (int number = 0; number < RowBlock.Rows; number++)
            {
                ReadOnlySpan<float> vector = block.Vector(number);
                float scale = MathF.Abs(TensorPrimitives.MaxMagnitude(vector)) / CodeLayout.Greatest;
                scales[number] = scale;
                ratio = MathF.Max(ratio, Row(vector, 1 / scale, from));
                uint* group = (uint*)(to + ((long)(number / CodeLayout.Group) * words * CodeLayout.Line)) + (number % CodeLayout.Group);
                for (int word = 0; word < words; word++)
                    group[word * CodeLayout.Group] = ((uint*)from)[word];
            }
        }
        return ratio * Margin;
    }

    /// <summary>Writes a row's codes and says how long its error is, in units of its scale.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Row(ReadOnlySpan<float> vector, float inverse, byte* codes)
    {
        float lost = 0;
        int at = 0;
        fixed (float* values = vector)
        {
            Vector256<float> sum = default;
            for (; at + 8 <= vector.Length; at += 8)
            {
                Vector256<float> exact = Vector256.Load(values + at) * inverse, whole = Vector256.Round(exact), error = exact - whole;
                sum += error * error;
                Vector256<int> bytes = Vector256.ConvertToInt32(whole) + Vector256.Create(CodeLayout.Zero);
                Vector128<ushort> shorts = Vector128.Narrow(bytes.GetLower().AsUInt32(), bytes.GetUpper().AsUInt32());
                Vector64.Narrow(shorts.GetLower(), shorts.GetUpper()).Store(codes + at);
            }
            lost = Vector256.Sum(sum);
        }
        for (; at < vector.Length; at++)
        {
            float exact = vector[at] * inverse, whole = MathF.Round(exact);
            lost += (exact - whole) * (exact - whole);
            codes[at] = (byte)((int)whole + CodeLayout.Zero);
        }
        return MathF.Sqrt(lost);
    }
}
