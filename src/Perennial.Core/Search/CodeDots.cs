using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Perennial.Core.Search;

/// <summary>Sums of products of int8 codes, sixteen rows at a time. Three ways, by what the processor has; all give the same integers, for none of them can overflow.</summary>
internal static unsafe class CodeDots
{
    /// <summary>How far ahead of the codes the cache is asked for, in bytes.</summary>
    private const int Ahead = 8192;

    /// <summary>For each row a value that its score passes by at most <see cref="QueryCodes.Slack"/>.</summary>
    /// <param name="codes">[groups, words, 16, 4], as <see cref="CodeLayout"/> says.</param>
    /// <param name="scales">[groups, 16].</param>
    /// <param name="errorRatio">The block's: |x - x'| is at most this times the row's scale.</param>
    /// <param name="groups">Groups of 16 rows.</param>
    /// <param name="words">Of a row.</param>
    /// <param name="query">The query.</param>
    /// <param name="bounds">[groups, 16].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Bounds(byte* codes, float* scales, float errorRatio, int groups, int words, QueryCodes query, float* bounds)
    {
        int* sums = stackalloc int[CodeLayout.Group];
        Vector256<float> scale = Vector256.Create(query.Scale), error = Vector256.Create(errorRatio * query.Length);
        Vector256<int> offset = Vector256.Create(query.Offset);
        for (int group = 0; group < groups; group++)
        {
            byte* first = codes + ((long)group * words * CodeLayout.Line);
            if (AvxVnni.IsSupported)
                ByVnni(first, words, query.Codes, sums);
            else if (Avx2.IsSupported)
                ByAvx2(first, words, query.Codes, sums);
            else
                ByScalars(first, words, query.Codes, sums);
            for (int half = 0; half < CodeLayout.Group; half += Vector256<int>.Count)
            {
                int at = (group * CodeLayout.Group) + half;
                Vector256<float> product = Vector256.ConvertToSingle(Vector256.Load(sums + half) + offset) * scale;
                ((product + error) * Vector256.Load(scales + at)).Store(bounds + at);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ByVnni(byte* codes, int words, sbyte* query, int* sums)
    {
        Vector256<int> low = default, high = default, lowOdd = default, highOdd = default;
        int word = 0;
        for (; word + 1 < words; word += 2)
        {
            byte* line = codes + (word * CodeLayout.Line);
            Sse.Prefetch0(line + Ahead);
            Sse.Prefetch0(line + Ahead + CodeLayout.Line);
            Vector256<sbyte> four = Vector256.Create(*(int*)(query + (word * CodeLayout.WordBytes))).AsSByte();
            low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(line), four);
            high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(line + 32), four);
            Vector256<sbyte> next = Vector256.Create(*(int*)(query + ((word + 1) * CodeLayout.WordBytes))).AsSByte();
            lowOdd = AvxVnni.MultiplyWideningAndAdd(lowOdd, Vector256.Load(line + 64), next);
            highOdd = AvxVnni.MultiplyWideningAndAdd(highOdd, Vector256.Load(line + 96), next);
        }
        if (word < words)
        {
            byte* line = codes + (word * CodeLayout.Line);
            Vector256<sbyte> four = Vector256.Create(*(int*)(query + (word * CodeLayout.WordBytes))).AsSByte();
            low = AvxVnni.MultiplyWideningAndAdd(low, Vector256.Load(line), four);
            high = AvxVnni.MultiplyWideningAndAdd(high, Vector256.Load(line + 32), four);
        }
        (low + lowOdd).Store(sums);
        (high + highOdd).Store(sums + 8);
    }

    /// <summary>By 16-bit products: vpmaddubsw would be shorter, but it saturates.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void ByAvx2(byte* codes, int words, sbyte* query, int* sums)
    {
        Vector256<int> low = default, high = default;
        Vector256<ushort> evenBytes = Vector256.Create((ushort)0xFF);
        for (int word = 0; word < words; word++)
        {
            byte* line = codes + (word * CodeLayout.Line);
            Sse.Prefetch0(line + Ahead);
            sbyte* four = query + (word * CodeLayout.WordBytes);
            Vector256<short> even = Vector256.Create((four[0] & 0xFFFF) | (four[2] << 16)).AsInt16(), odd = Vector256.Create((four[1] & 0xFFFF) | (four[3] << 16)).AsInt16();
            Vector256<ushort> a = Vector256.Load((ushort*)line), b = Vector256.Load((ushort*)(line + 32));
            low += Avx2.MultiplyAddAdjacent((a & evenBytes).AsInt16(), even) + Avx2.MultiplyAddAdjacent((a >>> 8).AsInt16(), odd);
            high += Avx2.MultiplyAddAdjacent((b & evenBytes).AsInt16(), even) + Avx2.MultiplyAddAdjacent((b >>> 8).AsInt16(), odd);
        }
        low.Store(sums);
        high.Store(sums + 8);
    }

    internal static void ByScalars(byte* codes, int words, sbyte* query, int* sums)
    {
        new Span<int>(sums, CodeLayout.Group).Clear();
        for (int word = 0; word < words; word++)
        {
            byte* line = codes + (word * CodeLayout.Line);
            sbyte* four = query + (word * CodeLayout.WordBytes);
            for (int row = 0; row < CodeLayout.Group; row++, line += CodeLayout.WordBytes)
                sums[row] += (line[0] * four[0]) + (line[1] * four[1]) + (line[2] * four[2]) + (line[3] * four[3]);
        }
    }
}
