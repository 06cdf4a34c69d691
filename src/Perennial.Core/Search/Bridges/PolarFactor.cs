using System.Numerics.Tensors;

namespace Perennial.Core.Search.Bridges;

/// <summary>
/// The orthogonal factor U Vᵀ of a matrix with the singular value decomposition U Σ Vᵀ, without the decomposition: the dynamically weighted Halley iteration drives every
/// singular value to 1 in a handful of steps. Directions whose singular value is nothing beside the largest stay nothing.
/// Source: Nakatsukasa, Bai and Gygi 2010, "Optimizing Halley's Iteration for Computing the Matrix Polar Decomposition", equations 3.5 and 4.10 (with Cholesky).
/// </summary>
internal static class PolarFactor
{
    private const double SmallestValue = 1e-6; // beside the largest, that is still taken for a direction; above 1e-8 Cholesky is accurate enough
    private const double Converged = 1e-12;
    private const int MostSteps = 30;

    /// <param name="matrix">[rows, columns], row-major, finite, rows at least columns.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <returns>[rows, columns] with orthonormal columns; zero for a matrix of zeros.</returns>
    public static double[] Of(double[] matrix, int columns, CancellationToken cancellationToken)
    {
        double[] x = [.. matrix];
        double scale = TensorPrimitives.Norm<double>(x); // Frobenius: an upper bound of the largest singular value
        if (scale == 0) return x;
        TensorPrimitives.Divide(x, scale, x);
        double least = SmallestValue / Math.Sqrt(columns);
        for (int step = 0; step < MostSteps; step++)
        {
            double square = least * least, root = Math.Cbrt(4 * (1 - square) / (square * square));
            double a = Math.Sqrt(1 + root) + (0.5 * Math.Sqrt(8 - (4 * root) + (8 * (2 - square) / (square * Math.Sqrt(1 + root)))));
            double b = (a - 1) * (a - 1) / 4, c = a + b - 1;
            double[] system = Products.TransposeTimes(x, columns, x, columns, cancellationToken); // [columns, columns]
            TensorPrimitives.Multiply(system, c, system);
            double[] solved = [.. x];
            CholeskyFactor factor = CholeskyFactor.Of(system, columns, ridge: 1, cancellationToken) ?? throw new ArithmeticException("The pairs do not determine a rotation: their vectors are not finite.");
            factor.Solve(solved, cancellationToken); // X (I + c XᵀX)⁻¹
            TensorPrimitives.Multiply(solved, a - (b / c), solved);
            double change = 0;
            for (int i = 0; i < x.Length; i++)
            {
                double next = (b / c * x[i]) + solved[i];
                change = Math.Max(change, Math.Abs(next - x[i]));
                x[i] = next;
            }
            least = Math.Min(1, least * (a + (b * square)) / (1 + (c * square)));
            if (least > 1 - 1e-9 && change < Converged) break;
            least = Math.Min(least, 1 - 1e-15);
        }
        return x;
    }
}
