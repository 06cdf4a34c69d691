using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Perennial.Core.Search;

/// <summary>
/// One thread's share of a search. Each chunk of rows is first weighed as a whole, without a question to any row: by its scores, or by what its int8 codes say
/// that the scores cannot pass. Only rows that could be among the best are then looked at.
/// </summary>
/// <param name="view">What the search sees.</param>
/// <param name="query">[dimensions].</param>
/// <param name="codes">The query in int8; null to read the vectors alone.</param>
/// <param name="filter">Null: all points.</param>
/// <param name="best">Receives the hits.</param>
internal sealed unsafe class RowSieve(CollectionView view, ReadOnlyMemory<float> query, QueryCodes? codes, PayloadFilter? filter, TopHits best)
{
    /// <summary>Rows that are weighed at a time.</summary>
    private const int Chunk = 1024;

    public TopHits Best => best;

    /// <param name="first">First row, a multiple of 16.</param>
    /// <param name="end">After the last row; in the same block.</param>
    public void Scan(int first, int end)
    {
        RowBlock block = view.Blocks[first / RowBlock.Rows];
        int dimensions = view.Segment.Dimensions;
        float* weights = stackalloc float[Chunk];
        fixed (float* vector = query.Span)
        {
            for (int row = first; row < end; row += Chunk)
            {
                int at = row % RowBlock.Rows, count = Math.Min(Chunk, end - row);
                CodeBlock? coded = codes is null ? null : block.Codes;
                if (coded is null)
                    RowDots.Of(block.Vectors + ((long)at * dimensions), count, vector, dimensions, weights);
                else
                    coded.Bounds(at, count, codes!, weights);
                Sift(block, at, count, weights, vector, coded is null ? 0 : codes!.Slack, exact: coded is null);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Sift(RowBlock block, int first, int count, float* weights, float* vector, float slack, bool exact)
    {
        int at = 0;
        float threshold = best.Threshold - slack;
        for (; at + Vector256<float>.Count <= count; at += Vector256<float>.Count)
        {
            uint candidates = Vector256.GreaterThanOrEqual(Vector256.Load(weights + at), Vector256.Create(threshold)).ExtractMostSignificantBits();
            for (; candidates != 0; candidates &= candidates - 1)
                threshold = Consider(block, first + at + BitOperations.TrailingZeroCount(candidates), weights - first, vector, slack, exact);
        }
        for (; at < count; at++)
        {
            if (weights[at] >= threshold)
                threshold = Consider(block, first + at, weights - first, vector, slack, exact);
        }
    }

    /// <summary>Adds the row if it is one of the best, and says what the next ones have to reach.</summary>
    private float Consider(RowBlock block, int row, float* weights, float* vector, float slack, bool exact)
    {
        if (weights[row] >= best.Threshold - slack && block.LivesAt(row, view.Version))
        {
            Payload payload = block.Payloads[row]; // read once: it may be replaced meanwhile
            if (filter is null || filter.LetsLabel(payload))
            {
                int dimensions = view.Segment.Dimensions;
                float score = exact ? weights[row] : RowDots.One(block.Vectors + ((long)row * dimensions), vector, dimensions);
                if (score >= best.Threshold && (filter is null || filter.LetsMetadata(payload)))
                    best.Add(score, block.Ids[row].Span, payload);
            }
        }
        return best.Threshold - slack;
    }
}
