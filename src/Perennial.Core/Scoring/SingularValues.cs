using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Perennial.Core.Scoring;

/// <summary>
/// Singular values in float64, also of rank-deficient matrices: Householder QR takes [N, D] to a small triangle, one-sided Jacobi rotations make its columns orthogonal,
/// their lengths are the values. Each is right to about machine precision times the largest one, which eigenvalues of the Gram matrix (squared: half the digits) are not.
/// Source: Golub and Van Loan, "Matrix Computations", 4th edition, sections 5.2.2 (QR) and 8.6.4 (one-sided Jacobi).
/// </summary>
internal static class SingularValues
{
    private const double Precision = 2.220446049250313e-16; // 2^-52
    private const int MostSweeps = 60;
    private const int WorthAllCores = 1 << 18;

    /// <param name="rows">[N, D], row-major, finite.</param>
    /// <param name="dimensions">D.</param>
    /// <returns>min(N, D) values, largest first.</returns>
    public static double[] Of(ReadOnlySpan<double> rows, int dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (rows.IsEmpty || rows.Length % dimensions != 0)
            throw new ArgumentException($"{rows.Length} values are not one or more whole rows of {dimensions}.", nameof(rows));
        double scale = TensorPrimitives.MaxMagnitude(rows);
        if (!double.IsFinite(scale))
            throw new ArgumentException("The embeddings are not finite.", nameof(rows));
        double largest = Math.Abs(scale);
        if (largest == 0)
            return new double[Math.Min(rows.Length / dimensions, dimensions)];
        double[][] columns = Columns(rows, dimensions, largest);
        double[] values = LengthsAfterJacobi(Triangle(columns));
        return [.. values.OrderDescending().Select(value => value * largest)];
    }

    /// <summary>The longer side as columns' length (a matrix and its transpose have the same values), divided by the largest value.</summary>
    private static double[][] Columns(ReadOnlySpan<double> rows, int dimensions, double largest)
    {
        int count = rows.Length / dimensions;
        bool tall = count >= dimensions;
        double[][] columns = new double[tall ? dimensions : count][];
        for (int j = 0; j < columns.Length; j++)
        {
            columns[j] = new double[tall ? count : dimensions];
            for (int i = 0; i < columns[j].Length; i++)
                columns[j][i] = (tall ? rows[(i * dimensions) + j] : rows[(j * dimensions) + i]) / largest;
        }
        return columns;
    }

    /// <summary>Householder QR; returns R as its rows, which are the columns of Rᵀ: [n, n].</summary>
    private static double[][] Triangle(double[][] columns)
    {
        int n = columns.Length;
        double[] diagonal = new double[n];
        for (int k = 0; k < n; k++)
        {
            double[] pivot = columns[k];
            double length = TensorPrimitives.Norm<double>(pivot.AsSpan(k));
            diagonal[k] = pivot[k] > 0 ? -length : length;
            if (length == 0)
                continue;
            pivot[k] -= diagonal[k]; // v = x − alpha e1, stored over x
            double beta = 2 / TensorPrimitives.Dot<double>(pivot.AsSpan(k), pivot.AsSpan(k));
            int from = k;
            ForAll(k + 1, n, (long)(n - k) * (pivot.Length - k), j => Reflect(pivot.AsSpan(from), columns[j].AsSpan(from), beta));
        }
        return [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Select(j => j < i ? 0 : j == i ? diagonal[i] : columns[j][i]).ToArray())];
    }

    private static void Reflect(ReadOnlySpan<double> v, Span<double> column, double beta) =>
        TensorPrimitives.MultiplyAdd(v, -beta * TensorPrimitives.Dot(v, column), column, column);

    private static double[] LengthsAfterJacobi(double[][] columns)
    {
        int n = columns.Length;
        double[] squares = new double[n];
        bool rotated = true;
        for (int sweep = 0; rotated && sweep < MostSweeps; sweep++)
        {
            rotated = false;
            for (int j = 0; j < n; j++)
                squares[j] = TensorPrimitives.SumOfSquares<double>(columns[j]);
            // A column this short changes no value by more than rounding does: it is left as it is.
            double negligible = Precision * Precision * squares.Sum();
            for (int p = 0; p < n; p++)
            {
                for (int q = p + 1; q < n; q++)
                {
                    double product = TensorPrimitives.Dot<double>(columns[p], columns[q]);
                    if (squares[p] <= negligible || squares[q] <= negligible || Math.Abs(product) <= n * Precision * Math.Sqrt(squares[p] * squares[q]))
                        continue;
                    rotated = true;
                    double zeta = (squares[q] - squares[p]) / (2 * product);
                    double tangent = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                    double cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
                    Rotate(columns[p], columns[q], cosine, cosine * tangent);
                    squares[p] -= tangent * product;
                    squares[q] += tangent * product;
                }
            }
        }
        return [.. columns.Select(column => TensorPrimitives.Norm<double>(column))];
    }

    /// <summary>[p q] becomes [p q] times the rotation.</summary>
    private static void Rotate(double[] p, double[] q, double cosine, double sine)
    {
        Span<Vector<double>> vectorsP = MemoryMarshal.Cast<double, Vector<double>>(p.AsSpan()), vectorsQ = MemoryMarshal.Cast<double, Vector<double>>(q.AsSpan());
        for (int i = 0; i < vectorsP.Length; i++)
            (vectorsP[i], vectorsQ[i]) = ((vectorsP[i] * cosine) - (vectorsQ[i] * sine), (vectorsP[i] * sine) + (vectorsQ[i] * cosine));
        for (int i = vectorsP.Length * Vector<double>.Count; i < p.Length; i++)
            (p[i], q[i]) = ((p[i] * cosine) - (q[i] * sine), (p[i] * sine) + (q[i] * cosine));
    }

    private static void ForAll(int first, int end, long work, Action<int> body)
    {
        if (work >= WorthAllCores)
        {
            Parallel.For(first, end, body);
            return;
        }
        for (int i = first; i < end; i++)
            body(i);
    }
}
