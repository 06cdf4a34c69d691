using Perennial.Core.Scoring;
using Perennial.Learning.Finetuning;

namespace Perennial.Learning.Tests.Finetuning;

public sealed class SoftmaxRegressionTests
{
    // Two classes without features: the best biases give the class frequencies, log(b0/b1) = log(3/1).
    [Fact]
    public void Without_features_the_biases_are_the_logarithms_of_the_frequencies()
    {
        var (_, biases) = SoftmaxRegression.Fit(new Embeddings(new float[4], 4, 1), [0, 0, 0, 1], [1, 1], 0, TestContext.Current.CancellationToken);
        Assert.Equal(Math.Log(3), biases[0] - biases[1], 1e-4);
    }

    // Weights 1/3 and 1 balance three images against one.
    [Fact]
    public void Balanced_weights_make_the_classes_equally_likely()
    {
        var (_, biases) = SoftmaxRegression.Fit(new Embeddings(new float[4], 4, 1), [0, 0, 0, 1], [1f / 3, 1], 0, TestContext.Current.CancellationToken);
        Assert.Equal(0, biases[0] - biases[1], 1e-4);
    }

    // One feature x = ±1 telling two classes apart, loss log(1 + exp(-2 w)) + l2 w^2 with the two rows of W at ±w:
    // at the minimum l2 w = 1 / (1 + exp(2 w)). l2 is chosen so that w = 1.
    [Fact]
    public void The_penalty_holds_the_weights_where_its_gradient_balances_that_of_the_loss()
    {
        double l2 = 1 / (1 + Math.Exp(2));
        var (weights, biases) = SoftmaxRegression.Fit(new Embeddings([1, -1], 2, 1), [0, 1], [1, 1], l2, TestContext.Current.CancellationToken);
        Assert.Equal(1, weights[0], 1e-4);
        Assert.Equal(-1, weights[1], 1e-4);
        Assert.Equal(0, biases[0] - biases[1], 1e-4);
    }

    [Fact]
    public void The_gradient_is_that_of_finite_differences()
    {
        var (x, labels) = Blobs.Create([7, 9, 5], 6, noise: 1, seed: 8);
        Random random = new(9);
        double[] at = [.. Enumerable.Range(0, 3 * 6 + 3).Select(_ => random.NextDouble() - 0.5)];
        double[] gradient = new double[at.Length], scratch = new double[at.Length];
        double Loss(double[] parameters, double[] into) => SoftmaxRegression.Loss(parameters, into, x, labels, [1, 0.5f, 2], 7 + 4.5 + 10, 0.1);
        Loss(at, gradient);
        for (int i = 0; i < at.Length; i++)
        {
            double[] above = [.. at], below = [.. at];
            (above[i], below[i]) = (above[i] + 0.01, below[i] - 0.01);
            Assert.Equal((Loss(above, scratch) - Loss(below, scratch)) / 0.02, gradient[i], 1e-4);
        }
    }

    [Fact]
    public void Many_rows_are_summed_as_a_plain_loop_sums_them()
    {
        var (x, labels) = Blobs.Create([1000, 1500], 4, noise: 1, seed: 10);
        double[] at = [.. Enumerable.Range(0, 10).Select(i => 0.3 * i - 1)], gradient = new double[10];
        double expected = 0;
        for (int row = 0; row < x.Rows; row++)
        {
            double[] logits = new double[2];
            for (int c = 0; c < 2; c++)
            {
                logits[c] = at[8 + c];
                for (int d = 0; d < 4; d++) logits[c] += at[c * 4 + d] * x.Row(row)[d];
            }

            expected += Math.Log(Math.Exp(logits[0]) + Math.Exp(logits[1])) - logits[labels[row]];
        }

        Assert.Equal(expected / x.Rows, SoftmaxRegression.Loss(at, gradient, x, labels, [1, 1], x.Rows, 0), 1e-6);
    }
}
