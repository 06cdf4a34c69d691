using Perennial.Learning.Losses;
using static Perennial.Learning.Tests.Losses.ReferenceValues;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Losses;

/// <summary>Values from tests/Reference/losses.json, made by another implementation in float64.</summary>
public sealed class NTXentLossTests
{
    private const double Within = 1e-8;

    [Theory]
    [InlineData(0.5, 3.0224498597)]
    [InlineData(0.1, 11.6082294299)]
    [InlineData(0.07, 16.4957478145)]
    public void It_matches_the_reference(double temperature, double expected) =>
        Assert.Equal(expected, new NTXentLoss(temperature).Forward(A, B).item<double>(), Within);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.05)]
    public void It_is_the_mean_of_equation_1_over_all_anchors(double temperature)
    {
        double[][] views = [.. Rows(A), .. Rows(B)];
        double sum = 0;
        for (int i = 0; i < 8; i++)
        {
            double denominator = 0;
            for (int k = 0; k < 8; k++)
                if (k != i) denominator += Math.Exp(Cosine(views[i], views[k]) / temperature);
            sum -= Math.Log(Math.Exp(Cosine(views[i], views[(i + 4) % 8]) / temperature) / denominator);
        }
        Assert.Equal(sum / 8, new NTXentLoss(temperature).Forward(A, B).item<double>(), 1e-12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    public void Identical_vectors_cost_as_much_as_guessing(int n)
    {
        Tensor same = ones(n, 8, dtype: ScalarType.Float64);
        Assert.Equal(Math.Log(2 * n - 1), new NTXentLoss(0.1).Forward(same, same).item<double>(), Within);
    }

    [Fact]
    public void Order_of_the_views_and_length_of_the_vectors_do_not_matter()
    {
        double loss = new NTXentLoss(0.2).Forward(A, B).item<double>();
        Assert.Equal(loss, new NTXentLoss(0.2).Forward(B, A).item<double>(), 1e-12);
        Assert.Equal(loss, new NTXentLoss(0.2).Forward(A * 1e4, B * 1e-4).item<double>(), 1e-12);
    }

    [Fact]
    public void A_tiny_temperature_overflows_nothing_in_float32()
    {
        Tensor loss = new NTXentLoss(1e-3).Forward(A.to(float32), B.to(float32));
        Assert.True(float.IsFinite(loss.item<float>()));
    }

    [Fact]
    public void The_gradient_agrees_with_finite_differences()
    {
        var loss = new NTXentLoss(0.2);
        Tensor a = A.clone().requires_grad_(true), b = B.clone().requires_grad_(true);
        loss.Forward(a, b).backward();
        const double h = 1e-6;
        for (int i = 0; i < 4; i++)
            for (int j = 0; j < 8; j++)
            {
                Tensor step = zeros(4, 8, dtype: ScalarType.Float64);
                step[i, j] = h;
                double alongA = (loss.Forward(A + step, B).item<double>() - loss.Forward(A - step, B).item<double>()) / (2 * h);
                double alongB = (loss.Forward(A, B + step).item<double>() - loss.Forward(A, B - step).item<double>()) / (2 * h);
                Assert.Equal(alongA, a.grad![i, j].item<double>(), 1e-6);
                Assert.Equal(alongB, b.grad![i, j].item<double>(), 1e-6);
            }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void An_impossible_temperature_is_refused(double temperature) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new NTXentLoss(temperature));

    private static double[][] Rows(Tensor rows) =>
        [.. Enumerable.Range(0, 4).Select(i => rows[i].data<double>().ToArray())];

    private static double Cosine(double[] x, double[] y) =>
        x.Zip(y, (p, q) => p * q).Sum() / Math.Sqrt(x.Sum(p => p * p) * y.Sum(q => q * q));
}
