using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Perennial.Core.Scoring;

/// <summary>
/// All cosines between two sets of unit rows, in blocks: the product queries * bankᵀ in float64. A panel of bank rows is transposed once for a block of queries
/// and then stays in the processor's cache; the innermost loop keeps 4 queries x 2 vectors of sums in registers.
/// </summary>
internal static class Similarities
{
    /// <summary>Queries of a block.</summary>
    public const int QueriesPerBlock = 64;

    private const int QueriesPerStep = 4;
    private static readonly int PanelWidth = 2 * Vector<double>.Count;

    public delegate void TileVisitor<in TState>(SimilarityTile tile, TState state);

    /// <summary>Visits every pair, or with <paramref name="upperTriangle"/> (both sets being one) at least those of query &lt;= bank row.
    /// Blocks run on all cores, each with a state of its own; within a block the bank comes in order.</summary>
    /// <param name="queries">[N, D].</param>
    /// <param name="bank">[M, D].</param>
    /// <param name="begin">Makes the state of a block of that many queries.</param>
    /// <param name="visit">Sees one tile of the block.</param>
    /// <param name="upperTriangle">Leaves out panels that lie wholly before the block.</param>
    /// <returns>The states in the order of the blocks.</returns>
    public static TState[] Visit<TState>(UnitRows queries, UnitRows bank, Func<int, TState> begin, TileVisitor<TState> visit, bool upperTriangle = false)
    {
        if (queries.Dimensions != bank.Dimensions)
            throw new ArgumentException($"The queries have {queries.Dimensions} dimensions, the bank {bank.Dimensions}.");
        TState[] states = new TState[(queries.Count + QueriesPerBlock - 1) / QueriesPerBlock];
        Parallel.For(0, states.Length, () => (Panel: new double[bank.Dimensions * PanelWidth], Tile: new double[QueriesPerBlock * PanelWidth]), (block, _, scratch) =>
        {
            int firstQuery = block * QueriesPerBlock;
            int count = Math.Min(QueriesPerBlock, queries.Count - firstQuery);
            TState state = states[block] = begin(count);
            for (int firstBank = upperTriangle ? firstQuery : 0; firstBank < bank.Count; firstBank += PanelWidth)
            {
                int bankRows = Math.Min(PanelWidth, bank.Count - firstBank);
                Transpose(bank, firstBank, bankRows, scratch.Panel);
                Multiply(queries, firstQuery, count, scratch.Panel, scratch.Tile);
                visit(new SimilarityTile(scratch.Tile, PanelWidth) { FirstQuery = firstQuery, Queries = count, FirstBank = firstBank, BankRows = bankRows }, state);
            }
            return scratch;
        }, _ => { });
        return states;
    }

    /// <summary>One cosine by the sums that the tiles use, in their order: equal to the bit.</summary>
    public static double Of(ReadOnlySpan<double> query, ReadOnlySpan<double> bankRow)
    {
        double sum = 0;
        for (int d = 0; d < query.Length; d++)
            sum = Math.FusedMultiplyAdd(query[d], bankRow[d], sum);
        return sum;
    }

    /// <summary>panel [Dimensions, PanelWidth] = bank rowsᵀ, missing rows zero.</summary>
    private static void Transpose(UnitRows bank, int first, int rows, double[] panel)
    {
        for (int column = 0; column < PanelWidth; column++)
        {
            ReadOnlySpan<double> row = column < rows ? bank.Row(first + column) : default;
            for (int d = 0; d < bank.Dimensions; d++)
                panel[(d * PanelWidth) + column] = row.IsEmpty ? 0 : row[d];
        }
    }

    private static void Multiply(UnitRows queries, int first, int count, double[] panel, double[] tile)
    {
        int step = 0;
        for (; step + QueriesPerStep <= count; step += QueriesPerStep)
            MultiplyFour(ref MemoryMarshal.GetReference(queries.Row(first + step)), queries.Dimensions, panel, tile.AsSpan(step * PanelWidth));
        for (; step < count; step++)
            MultiplyOne(queries.Row(first + step), panel, tile.AsSpan(step * PanelWidth));
    }

    private static void MultiplyFour(ref double queries, int dimensions, double[] panel, Span<double> tile)
    {
        int lanes = Vector<double>.Count;
        Vector<double> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        ref double bank = ref MemoryMarshal.GetArrayDataReference(panel);
        for (int d = 0; d < dimensions; d++)
        {
            Vector<double> left = Vector.LoadUnsafe(ref bank, (nuint)(d * 2 * lanes));
            Vector<double> right = Vector.LoadUnsafe(ref bank, (nuint)(((d * 2) + 1) * lanes));
            Vector<double> a = new(Unsafe.Add(ref queries, d)), b = new(Unsafe.Add(ref queries, d + dimensions));
            Vector<double> c = new(Unsafe.Add(ref queries, d + (2 * dimensions))), e = new(Unsafe.Add(ref queries, d + (3 * dimensions)));
            a0 = Vector.FusedMultiplyAdd(a, left, a0);
            a1 = Vector.FusedMultiplyAdd(a, right, a1);
            b0 = Vector.FusedMultiplyAdd(b, left, b0);
            b1 = Vector.FusedMultiplyAdd(b, right, b1);
            c0 = Vector.FusedMultiplyAdd(c, left, c0);
            c1 = Vector.FusedMultiplyAdd(c, right, c1);
            d0 = Vector.FusedMultiplyAdd(e, left, d0);
            d1 = Vector.FusedMultiplyAdd(e, right, d1);
        }
        a0.CopyTo(tile);
        a1.CopyTo(tile[lanes..]);
        b0.CopyTo(tile[(2 * lanes)..]);
        b1.CopyTo(tile[(3 * lanes)..]);
        c0.CopyTo(tile[(4 * lanes)..]);
        c1.CopyTo(tile[(5 * lanes)..]);
        d0.CopyTo(tile[(6 * lanes)..]);
        d1.CopyTo(tile[(7 * lanes)..]);
    }

    /// <summary>The same sums in the same order, so that a query's cosines do not depend on its place in the block.</summary>
    private static void MultiplyOne(ReadOnlySpan<double> query, double[] panel, Span<double> tile)
    {
        int lanes = Vector<double>.Count;
        Vector<double> left = default, right = default;
        ref double bank = ref MemoryMarshal.GetArrayDataReference(panel);
        for (int d = 0; d < query.Length; d++)
        {
            Vector<double> value = new(query[d]);
            left = Vector.FusedMultiplyAdd(value, Vector.LoadUnsafe(ref bank, (nuint)(d * 2 * lanes)), left);
            right = Vector.FusedMultiplyAdd(value, Vector.LoadUnsafe(ref bank, (nuint)(((d * 2) + 1) * lanes)), right);
        }
        left.CopyTo(tile);
        right.CopyTo(tile[lanes..]);
    }
}
