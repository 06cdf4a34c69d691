using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Perennial.Core.Search;

/// <summary>
/// Dot products of one query with rows that lie one after another. Eight rows at a time, an accumulator each, so that memory is what a scan waits for.
/// A row's product is the same to the last bit wherever it lies and in whatever company: equal vectors have equal scores.
/// </summary>
internal static unsafe class RowDots
{
    private const int Together = 8;
    private const int Lanes = 8;

    /// <summary>How far ahead of the rows the cache is asked for, in floats.</summary>
    private const int Ahead = 4096;

    /// <summary>What the rows after the last whole vector of lanes are multiplied by: zeros, then the query's last values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Tail(float* query, int dimensions)
    {
        Span<float> tail = stackalloc float[Lanes];
        tail.Clear();
        for (int i = dimensions & ~(Lanes - 1); i < dimensions; i++)
            tail[Lanes - dimensions + i] = query[i];
        return Vector256.Create<float>(tail);
    }

    /// <param name="rows">[count, dimensions].</param>
    /// <param name="count">Rows.</param>
    /// <param name="query">[dimensions].</param>
    /// <param name="dimensions">Length of a row.</param>
    /// <param name="scores">[count].</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Of(float* rows, int count, float* query, int dimensions, float* scores)
    {
        if (!Vector256.IsHardwareAccelerated || dimensions < Lanes)
        {
            for (int row = 0; row < count; row++)
                scores[row] = One(rows + ((long)row * dimensions), query, dimensions);
            return;
        }
        Vector256<float> tail = Tail(query, dimensions);
        float* spare = stackalloc float[Together];
        for (int row = 0; row < count; row += Together)
        {
            float* first = rows + ((long)row * dimensions);
            long step = dimensions;
            if (count - row >= Together)
            {
                if (Sse.IsSupported)
                {
                    for (int ahead = 0; ahead < Together * dimensions; ahead += 16)
                        Sse.Prefetch0(first + Ahead + ahead);
                }
                Eight(first, first + step, first + (2 * step), first + (3 * step), first + (4 * step), first + (5 * step), first + (6 * step), first + (7 * step), query, tail, dimensions).Store(scores + row);
                continue;
            }
            int last = count - row - 1;
            float* At(int at) => first + (Math.Min(at, last) * step);
            Eight(At(0), At(1), At(2), At(3), At(4), At(5), At(6), At(7), query, tail, dimensions).Store(spare);
            for (int at = 0; at <= last; at++)
                scores[row + at] = spare[at];
        }
    }

    /// <summary>One row's product, [dimensions]; as <see cref="Of"/> gives it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float One(float* row, float* query, int dimensions)
    {
        if (!Vector256.IsHardwareAccelerated || dimensions < Lanes)
            return TensorPrimitives.Dot(new ReadOnlySpan<float>(row, dimensions), new ReadOnlySpan<float>(query, dimensions));
        return Eight(row, row, row, row, row, row, row, row, query, Tail(query, dimensions), dimensions).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(float* a, float* b, float* c, float* d, float* e, float* f, float* g, float* h, float* query, Vector256<float> tail, int dimensions)
    {
        Vector256<float> sa = default, sb = default, sc = default, sd = default, se = default, sf = default, sg = default, sh = default;
        for (int i = 0; i < dimensions; i += Lanes)
        {
            int at = Math.Min(i, dimensions - Lanes); // the last lanes may overlap: those that were added already meet a zero
            Vector256<float> q = at == i ? Vector256.Load(query + i) : tail;
            sa = Vector256.MultiplyAddEstimate(Vector256.Load(a + at), q, sa);
            sb = Vector256.MultiplyAddEstimate(Vector256.Load(b + at), q, sb);
            sc = Vector256.MultiplyAddEstimate(Vector256.Load(c + at), q, sc);
            sd = Vector256.MultiplyAddEstimate(Vector256.Load(d + at), q, sd);
            se = Vector256.MultiplyAddEstimate(Vector256.Load(e + at), q, se);
            sf = Vector256.MultiplyAddEstimate(Vector256.Load(f + at), q, sf);
            sg = Vector256.MultiplyAddEstimate(Vector256.Load(g + at), q, sg);
            sh = Vector256.MultiplyAddEstimate(Vector256.Load(h + at), q, sh);
        }
        return Vector256.Create(Sum(sa), Sum(sb), Sum(sc), Sum(sd), Sum(se), Sum(sf), Sum(sg), Sum(sh));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector256<float> lanes) => Vector128.Sum(lanes.GetLower() + lanes.GetUpper());
}
