using System.Numerics.Tensors;

namespace Perennial.Core.Search.Bridges;

/// <summary>
/// A = L Lᵀ of a symmetric positive definite matrix, and A z = x solved for many rows at once.
/// Source: Golub and Van Loan, "Matrix Computations", 4th edition, section 4.2.
/// </summary>
internal sealed class CholeskyFactor
{
    private const int RowsAtOnce = 16; // of right sides, for one pass over L

    private readonly double[] _lower; // [n, n], row-major; above the diagonal it is not used
    private readonly int _n;

    private CholeskyFactor(double[] lower, int n) => (_lower, _n) = (lower, n);

    /// <param name="matrix">[n, n], row-major; its lower triangle is read.</param>
    /// <param name="n">Rows.</param>
    /// <param name="ridge">Added to the diagonal.</param>
    /// <param name="cancellationToken">Stops between rows.</param>
    /// <returns>Null when the matrix is not positive definite.</returns>
    public static CholeskyFactor? Of(double[] matrix, int n, double ridge, CancellationToken cancellationToken)
    {
        double[] lower = [.. matrix];
        for (int i = 0; i < n; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Span<double> row = lower.AsSpan(i * n, n);
            for (int j = 0; j < i; j++)
                row[j] = (row[j] - TensorPrimitives.Dot<double>(row[..j], lower.AsSpan(j * n, j))) / lower[(j * n) + j];
            double rest = row[i] + ridge - TensorPrimitives.SumOfSquares<double>(row[..i]);
            if (!(rest > 0)) return null;
            row[i] = Math.Sqrt(rest);
        }
        return new CholeskyFactor(lower, n);
    }

    /// <summary>Replaces every row x of <paramref name="rows"/>, [m, n], by the z of A z = x.</summary>
    public void Solve(double[] rows, CancellationToken cancellationToken)
    {
        int count = rows.Length / _n;
        for (int first = 0; first < count; first += RowsAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(first + RowsAtOnce, count);
            for (int i = 0; i < _n; i++) // L u = x
            {
                ReadOnlySpan<double> line = _lower.AsSpan(i * _n, i);
                double diagonal = _lower[(i * _n) + i];
                for (int row = first; row < end; row++)
                {
                    Span<double> x = rows.AsSpan(row * _n, _n);
                    x[i] = (x[i] - TensorPrimitives.Dot<double>(line, x[..i])) / diagonal;
                }
            }
            for (int i = _n - 1; i >= 0; i--) // Lᵀ z = u
            {
                ReadOnlySpan<double> line = _lower.AsSpan(i * _n, i);
                double diagonal = _lower[(i * _n) + i];
                for (int row = first; row < end; row++)
                {
                    Span<double> x = rows.AsSpan(row * _n, _n);
                    x[i] /= diagonal;
                    TensorPrimitives.MultiplyAdd(line, -x[i], x[..i], x[..i]);
                }
            }
        }
    }
}
