namespace Perennial.Core.Scoring;

/// <summary>
/// Singular values by one-sided Jacobi: pairs of columns are rotated until all are orthogonal; their lengths are the singular values. Small
/// ones come out as exactly as large ones, which the eigenvalues of the Gram matrix would not (they square the condition number).
/// A tall matrix is reduced by Householder QR first: R has the same singular values.
/// </summary>
/// <remarks>Source: Golub, Van Loan, "Matrix Computations", 4th edition, sections 5.2.2 (Householder QR) and 8.6.3 (one-sided Jacobi).</remarks>
public static class SingularValues
{
    private const double Orthogonal = 1e-15;
    private const int MostSweeps = 60;

    /// <summary>The min(N, D) singular values of [N, D], largest first.</summary>
    public static double[] Of(Matrix matrix)
    {
        // Columns lie in memory as rows here, because every step works on whole columns.
        Matrix columns = matrix.Rows >= matrix.Columns ? Transposed(matrix) : Copy(matrix);
        if (columns.Columns > columns.Rows) columns = UpperTriangle(columns);
        for (int sweep = 0; sweep < MostSweeps && Sweep(columns); sweep++)
        {
        }
        double[] sigma = new double[columns.Rows];
        for (int j = 0; j < sigma.Length; j++) sigma[j] = Math.Sqrt(Matrix.Dot(columns.Row(j), columns.Row(j)));
        Array.Sort(sigma, (a, b) => b.CompareTo(a));
        return sigma;
    }

    /// <summary>Rotates each pair of columns once; false when none needed it.</summary>
    private static bool Sweep(Matrix columns)
    {
        bool rotated = false;
        for (int i = 0; i < columns.Rows - 1; i++)
        {
            for (int j = i + 1; j < columns.Rows; j++)
            {
                Span<double> a = columns.Row(i), b = columns.Row(j);
                double aa = Matrix.Dot(a, a), bb = Matrix.Dot(b, b), ab = Matrix.Dot(a, b);
                if (Math.Abs(ab) <= Orthogonal * Math.Sqrt(aa) * Math.Sqrt(bb)) continue;
                rotated = true;
                double zeta = (bb - aa) / (2 * ab);
                double tangent = Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + zeta * zeta));
                double cosine = 1 / Math.Sqrt(1 + tangent * tangent), sine = cosine * tangent;
                Rotate(a, b, cosine, sine);
            }
        }
        return rotated;
    }

    private static void Rotate(Span<double> a, Span<double> b, double cosine, double sine)
    {
        for (int k = 0; k < a.Length; k++)
        {
            double x = a[k], y = b[k];
            a[k] = cosine * x - sine * y;
            b[k] = sine * x + cosine * y;
        }
    }

    /// <summary>R of the QR factorisation, its columns as rows again: [D, D].</summary>
    private static Matrix UpperTriangle(Matrix columns)
    {
        int d = columns.Rows, n = columns.Columns;
        for (int k = 0; k < d; k++)
        {
            Span<double> x = columns.Row(k)[k..];
            double length = Math.Sqrt(Matrix.Dot(x, x));
            if (length == 0) continue;
            double alpha = -Math.CopySign(length, x[0]);
            double[] v = x.ToArray();                    // Householder vector: x − α e₁
            v[0] -= alpha;
            double vv = Matrix.Dot(v, v);
            Parallel.For(k, d, j =>
            {
                Span<double> y = columns.Row(j)[k..];
                double scale = 2 * Matrix.Dot(v, y) / vv;
                for (int i = 0; i < y.Length; i++) y[i] -= scale * v[i];
            });
        }
        var r = new Matrix(d, d);
        for (int j = 0; j < d; j++) columns.Row(j)[..Math.Min(j + 1, n)].CopyTo(r.Row(j));
        return r;
    }

    private static Matrix Transposed(Matrix matrix)
    {
        var transposed = new Matrix(matrix.Columns, matrix.Rows);
        for (int i = 0; i < matrix.Rows; i++)
        {
            for (int j = 0; j < matrix.Columns; j++) transposed[j, i] = matrix[i, j];
        }
        return transposed;
    }

    private static Matrix Copy(Matrix matrix)
    {
        var copy = new Matrix(matrix.Rows, matrix.Columns);
        matrix.Data.CopyTo(copy.Data, 0);
        return copy;
    }
}
