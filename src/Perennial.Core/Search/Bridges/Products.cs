using System.Numerics.Tensors;

namespace Perennial.Core.Search.Bridges;

/// <summary>Products of tall matrices, on one thread: this is work behind live traffic.</summary>
internal static class Products
{
    private const int RowsAtOnce = 32; // both stay in the second-level cache

    /// <summary>AᵀB, [columnsA, columnsB].</summary>
    /// <param name="a">[N, columnsA], row-major.</param>
    /// <param name="columnsA">Columns of a.</param>
    /// <param name="b">[N, columnsB].</param>
    /// <param name="columnsB">Columns of b.</param>
    /// <param name="cancellationToken">Stops between blocks.</param>
    public static double[] TransposeTimes(double[] a, int columnsA, double[] b, int columnsB, CancellationToken cancellationToken)
    {
        int rows = a.Length / columnsA;
        double[] product = new double[columnsA * columnsB];
        for (int first = 0; first < rows; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(first + RowsAtOnce, rows);
            for (int i = 0; i < columnsA; i++)
            {
                Span<double> sum = product.AsSpan(i * columnsB, columnsB);
                for (int row = first; row < end; row++)
                    TensorPrimitives.MultiplyAdd(b.AsSpan(row * columnsB, columnsB), a[(row * columnsA) + i], sum, sum);
            }
        }
        return product;
    }
}
