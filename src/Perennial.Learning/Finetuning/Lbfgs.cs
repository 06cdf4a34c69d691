using System.Numerics.Tensors;

namespace Perennial.Learning.Finetuning;

/// <summary>
/// Limited-memory BFGS with a backtracking line search: minimises a smooth function without a learning rate to tune. Deterministic.
/// Source: Nocedal, Wright, Numerical Optimization, 2nd edition, algorithms 7.4 and 7.5; line search 3.1.
/// </summary>
internal static class Lbfgs
{
    private const int Memory = 10;
    private const double SufficientDecrease = 1e-4;
    private const double SmallestStep = 1e-10;

    /// <summary>Returns the point where the largest gradient component fell below <paramref name="tolerance"/>, or the best one reached.</summary>
    /// <param name="start">Where to begin; not changed.</param>
    /// <param name="function">Writes the gradient and returns the value.</param>
    /// <param name="iterations">At most so many steps.</param>
    /// <param name="tolerance">Largest gradient component that counts as zero.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    public static double[] Minimise(double[] start, Func<double[], double[], double> function, int iterations, double tolerance, CancellationToken cancellationToken)
    {
        double[] x = [.. start], gradient = new double[x.Length];
        double value = function(x, gradient);
        List<(double[] Step, double[] Change, double Curvature)> pairs = [];
        for (int iteration = 0; iteration < iterations && TensorPrimitives.MaxMagnitude<double>(gradient) is var largest && Math.Abs(largest) > tolerance; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double[] direction = Direction(gradient, pairs);
            double slope = TensorPrimitives.Dot<double>(gradient, direction);
            double step = pairs.Count == 0 ? Math.Min(1, 1 / TensorPrimitives.Norm<double>(gradient)) : 1;

            double[] next = new double[x.Length], nextGradient = new double[x.Length];
            double nextValue;
            while (true)
            {
                TensorPrimitives.MultiplyAdd(direction, step, x, next);
                nextValue = function(next, nextGradient);
                if (nextValue <= value + SufficientDecrease * step * slope) break;
                if ((step /= 2) < SmallestStep) return x; // no descent within the precision of the function
            }

            double[] moved = new double[x.Length], changed = new double[x.Length];
            TensorPrimitives.Subtract(next, x, moved);
            TensorPrimitives.Subtract(nextGradient, gradient, changed);
            double curvature = TensorPrimitives.Dot<double>(moved, changed);
            if (curvature > 1e-12 * TensorPrimitives.SumOfSquares<double>(changed)) pairs.Add((moved, changed, curvature));
            if (pairs.Count > Memory) pairs.RemoveAt(0);
            (x, gradient, value) = (next, nextGradient, nextValue);
        }

        return x;
    }

    // The two-loop recursion: minus the inverse Hessian, as the last pairs suggest it, times the gradient.
    private static double[] Direction(double[] gradient, List<(double[] Step, double[] Change, double Curvature)> pairs)
    {
        double[] q = [.. gradient];
        double[] alpha = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            alpha[i] = TensorPrimitives.Dot<double>(pairs[i].Step, q) / pairs[i].Curvature;
            TensorPrimitives.MultiplyAdd(pairs[i].Change, -alpha[i], q, q);
        }

        if (pairs.Count > 0)
            TensorPrimitives.Multiply(q, pairs[^1].Curvature / TensorPrimitives.SumOfSquares<double>(pairs[^1].Change), q);
        for (int i = 0; i < pairs.Count; i++)
        {
            double beta = TensorPrimitives.Dot<double>(pairs[i].Change, q) / pairs[i].Curvature;
            TensorPrimitives.MultiplyAdd(pairs[i].Step, alpha[i] - beta, q, q);
        }

        TensorPrimitives.Negate(q, q);
        return q;
    }
}
