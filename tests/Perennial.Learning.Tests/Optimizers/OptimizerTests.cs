using Perennial.Learning.Optimizers;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Sgd = Perennial.Learning.Optimizers.Sgd;

namespace Perennial.Learning.Tests.Optimizers;

/// <summary>Step for step beside TorchSharp's own optimizers, in float64, under a changing learning rate.</summary>
public sealed class OptimizerTests
{
    private static readonly double[] Rates = [0.1, 0.3, 0.2, 0.05, 0.01, 0.4];

    [Theory]
    [InlineData(0.9, 5e-4)]
    [InlineData(0.9, 0)]
    [InlineData(0, 0.01)]
    public void Sgd_moves_as_torch_optim_SGD(double momentum, double weightDecay) => Compare(
        parameters => new Sgd(parameters, momentum, weightDecay),
        parameters => optim.SGD(parameters, 1, momentum: momentum, weight_decay: weightDecay));

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void AdamW_moves_as_torch_optim_AdamW(double weightDecay) => Compare(
        parameters => new Learning.Optimizers.AdamW(parameters, weightDecay),
        parameters => optim.AdamW(parameters, 1, weight_decay: weightDecay));

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        Parameter still = Start();
        using var optimizer = new Sgd([("still", still)], 0.9, 0.1);
        optimizer.Step(1);
        Assert.True(still.allclose(Start()));
    }

    [Fact]
    public void State_put_into_a_new_optimizer_makes_it_go_on_in_the_same_way()
    {
        using var scope = NewDisposeScope();
        Parameter a = Start(), b = Start();
        using var first = new Learning.Optimizers.AdamW([("w", a)], 0.01);
        for (int step = 0; step < 3; step++) Update(first, a, step);
        using var second = new Learning.Optimizers.AdamW([("w", b)], 0.01);
        using (no_grad())
        {
            b.copy_(a);
            foreach (var (name, tensor) in first.State) second.State[name].copy_(tensor);
        }
        for (int step = 3; step < 6; step++)
        {
            Update(first, a, step);
            Update(second, b, step);
        }
        Assert.Equal(a.data<double>().ToArray(), b.data<double>().ToArray());
    }

    private static void Compare(Func<IEnumerable<(string, Parameter)>, IOptimizer> ours, Func<IEnumerable<Parameter>, optim.Optimizer> theirs)
    {
        using var scope = NewDisposeScope();
        Parameter a = Start(), b = Start();
        using var optimizer = ours([("w", a)]);
        using var reference = theirs([b]);
        for (int step = 0; step < Rates.Length; step++)
        {
            Update(optimizer, a, step);
            reference.zero_grad();
            Loss(b, step).backward();
            foreach (var group in reference.ParamGroups) group.LearningRate = Rates[step];
            reference.step();
            Assert.True(a.allclose(b, rtol: 0, atol: 1e-12), $"step {step}");
        }
    }

    private static void Update(IOptimizer optimizer, Parameter weight, int step)
    {
        optimizer.ZeroGradients();
        Loss(weight, step).backward();
        optimizer.Step(Rates[step]);
    }

    private static Parameter Start() => new(tensor([1.0, -2, 0.5, 3]));

    private static Tensor Loss(Tensor weight, int step) => (weight * tensor([0.3, -1.0, 2.0, 0.1 * step])).sum() + 0.1 * weight.pow(4).sum();
}
