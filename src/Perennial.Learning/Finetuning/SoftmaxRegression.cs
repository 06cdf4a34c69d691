using System.Numerics.Tensors;
using Perennial.Core.Scoring;

namespace Perennial.Learning.Finetuning;

/// <summary>
/// Multinomial logistic regression: minimises the mean of <c>-w log p(label)</c> plus half the squared norm of the weights times L2. Convex:
/// there is one answer, and it depends on no seed. Plain arithmetic on all cores; summed in a fixed order.
/// </summary>
internal static class SoftmaxRegression
{
    private const int Iterations = 200;
    private const double Tolerance = 1e-5;
    private const int RowsPerBlock = 512;
    private const int MaxBlocks = 16; // each holds a gradient

    /// <summary>Weights [C, D], row-major, and biases [C].</summary>
    /// <param name="x">[N, D], standardised.</param>
    /// <param name="labels">[N], each in 0 .. classes - 1.</param>
    /// <param name="classWeights">[C], the weight w of each class's images.</param>
    /// <param name="l2">0 or more; the biases are free.</param>
    /// <param name="cancellationToken">Stops between two iterations.</param>
    public static (double[] Weights, double[] Biases) Fit(Embeddings x, int[] labels, float[] classWeights, double l2, CancellationToken cancellationToken)
    {
        int weights = classWeights.Length * x.Dimensions;
        double total = labels.Sum(label => (double)classWeights[label]);
        double[] solution = Lbfgs.Minimise(
            new double[weights + classWeights.Length],
            (parameters, gradient) => Loss(parameters, gradient, x, labels, classWeights, total, l2),
            Iterations, Tolerance, cancellationToken);
        return (solution[..weights], solution[weights..]);
    }

    /// <summary>The loss, its gradient written; parameters are the weights [C, D] followed by the biases [C].</summary>
    internal static double Loss(double[] parameters, double[] gradient, Embeddings x, int[] labels, float[] classWeights, double totalWeight, double l2)
    {
        int weights = classWeights.Length * x.Dimensions;
        float[] single = Array.ConvertAll(parameters, value => (float)value);
        int blocks = Math.Clamp(x.Rows / RowsPerBlock, 1, MaxBlocks);
        double[] losses = new double[blocks];
        float[][] gradients = new float[blocks][];
        Parallel.For(0, blocks, block =>
        {
            gradients[block] = new float[parameters.Length];
            int first = (int)((long)x.Rows * block / blocks), end = (int)((long)x.Rows * (block + 1) / blocks);
            for (int row = first; row < end; row++)
                losses[block] += RowLoss(single, gradients[block], x.Row(row), labels[row], classWeights);
        });

        Array.Clear(gradient);
        foreach (float[] part in gradients)
            for (int i = 0; i < gradient.Length; i++) gradient[i] += part[i] / totalWeight;
        ReadOnlySpan<double> matrix = parameters.AsSpan(0, weights);
        TensorPrimitives.MultiplyAdd(matrix, l2, gradient.AsSpan(0, weights), gradient.AsSpan(0, weights));
        return losses.Sum() / totalWeight + l2 / 2 * TensorPrimitives.SumOfSquares(matrix);
    }

    private static double RowLoss(float[] parameters, float[] gradient, ReadOnlySpan<float> x, int label, float[] classWeights)
    {
        int classes = classWeights.Length, dimensions = x.Length;
        Span<float> p = classes <= 256 ? stackalloc float[classes] : new float[classes];
        for (int c = 0; c < classes; c++)
            p[c] = TensorPrimitives.Dot(parameters.AsSpan(c * dimensions, dimensions), x) + parameters[classes * dimensions + c];
        float largest = TensorPrimitives.Max<float>(p);
        TensorPrimitives.Subtract(p, largest, p);
        float logit = p[label];
        TensorPrimitives.Exp<float>(p, p);
        float sum = TensorPrimitives.Sum<float>(p);
        float weight = classWeights[label];
        for (int c = 0; c < classes; c++)
        {
            float error = weight * (p[c] / sum - (c == label ? 1 : 0)); // d loss / d logit
            Span<float> row = gradient.AsSpan(c * dimensions, dimensions);
            TensorPrimitives.MultiplyAdd(x, error, row, row);
            gradient[classes * dimensions + c] += error;
        }

        return weight * (Math.Log(sum) - logit);
    }
}
