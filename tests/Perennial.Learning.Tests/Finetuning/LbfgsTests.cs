using Perennial.Learning.Finetuning;

namespace Perennial.Learning.Tests.Finetuning;

public sealed class LbfgsTests
{
    [Fact]
    public void The_minimum_of_Rosenbrocks_valley_is_found()
    {
        double[] found = Lbfgs.Minimise([-1.2, 1], (x, gradient) =>
        {
            gradient[0] = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]);
            gradient[1] = 200 * (x[1] - x[0] * x[0]);
            return Math.Pow(1 - x[0], 2) + 100 * Math.Pow(x[1] - x[0] * x[0], 2);
        }, 100, 1e-9, TestContext.Current.CancellationToken);
        Assert.Equal(1, found[0], 1e-6);
        Assert.Equal(1, found[1], 1e-6);
    }

    // Curvatures from 1 to 10,000: plain gradient descent would need tens of thousands of steps.
    [Fact]
    public void A_badly_scaled_bowl_is_no_trouble()
    {
        double[] found = Lbfgs.Minimise(new double[5], (x, gradient) =>
        {
            double value = 0;
            for (int i = 0; i < 5; i++)
            {
                double curvature = Math.Pow(10, i);
                gradient[i] = curvature * (x[i] - i);
                value += curvature * (x[i] - i) * (x[i] - i) / 2;
            }

            return value;
        }, 100, 1e-7, TestContext.Current.CancellationToken);
        for (int i = 0; i < 5; i++) Assert.Equal(i, found[i], 1e-5);
    }
}
