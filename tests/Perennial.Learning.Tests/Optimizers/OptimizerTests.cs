using Perennial.Learning.Optimizers;
using Perennial.Learning.Tests.Losses;
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
        parameters => new Sgd(parameters, momentum), weightDecay,
        parameters => optim.SGD(parameters, 1, momentum: momentum, weight_decay: weightDecay));

    [Theory]
    [InlineData(0)]
    [InlineData(0.05)]
    public void AdamW_moves_as_torch_optim_AdamW(double weightDecay) => Compare(
        parameters => new Learning.Optimizers.AdamW(parameters), weightDecay,
        parameters => optim.AdamW(parameters, 1, weight_decay: weightDecay));

    [Fact]
    public void A_parameter_without_a_gradient_stays_as_it_is()
    {
        using var scope = NewDisposeScope();
        Parameter still = Start();
        using var optimizer = new Sgd([new("still", still)], 0.9);
        optimizer.Step(new StepRates(1, 0.1, 1));
        Assert.True(still.allclose(Start()));
    }

    [Fact]
    public void State_put_into_a_new_optimizer_makes_it_go_on_in_the_same_way()
    {
        using var scope = NewDisposeScope();
        Parameter a = Start(), b = Start();
        using var first = new Learning.Optimizers.AdamW([new("w", a)]);
        for (int step = 0; step < 3; step++) Update(first, a, step);
        using var second = new Learning.Optimizers.AdamW([new("w", b)]);
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

    [Fact]
    public void The_trust_ratio_of_lars_is_the_references()
    {
        using var scope = NewDisposeScope();
        Tensor w = ReferenceValues.A, g = ReferenceValues.B + 1e-4 * w;
        Assert.Equal(0.000991596096, Lars.TrustRatio(w, g, 0.001).item<double>(), 1e-12);
        Assert.Equal(1, Lars.TrustRatio(zeros_like(w), g, 0.001).item<double>());
        Assert.Equal(1, Lars.TrustRatio(w, zeros_like(w), 0.001).item<double>());
    }

    [Fact]
    public void Lars_scales_decayed_weights_by_the_trust_ratio_and_moves_the_others_as_sgd_does()
    {
        using var scope = NewDisposeScope();
        Parameter decayed = Start(), plain = Start(), reference = Start();
        using var lars = new Lars([new("decayed", decayed), new("plain", plain, Decayed: false)], 0.9, 0.01);
        using var sgd = new Sgd([new("reference", reference)], 0.9);
        double[] w = [1, -2, 0.5, 3], b = new double[4];
        for (int step = 0; step < 3; step++)
        {
            foreach (Parameter parameter in new[] { decayed, plain, reference }) Loss(parameter, step).backward();
            double[] g = [.. w.Select((value, i) => new[] { 0.3, -1.0, 2.0, 0.1 * step }[i] + 0.4 * value * value * value + 0.1 * value)]; // with decay 0.1
            double trust = 0.01 * Math.Sqrt(w.Sum(x => x * x)) / Math.Sqrt(g.Sum(x => x * x));
            for (int i = 0; i < 4; i++) w[i] -= 0.5 * (b[i] = 0.9 * b[i] + trust * g[i]);
            lars.Step(new StepRates(0.5, 0.1, 1));
            sgd.Step(new StepRates(0.5));
            lars.ZeroGradients();
            sgd.ZeroGradients();
        }
        Assert.True(decayed.allclose(tensor(w), rtol: 0, atol: 1e-12));
        Assert.True(plain.allclose(reference, rtol: 0, atol: 1e-12));
    }

    [Fact]
    public void A_parameter_may_keep_the_peak_rate()
    {
        using var scope = NewDisposeScope();
        Parameter kept = Start(), scheduled = Start();
        using var sgd = new Sgd([new("kept", kept, FixedRate: true), new("scheduled", scheduled)], 0);
        Loss(kept, 0).backward();
        Loss(scheduled, 0).backward();
        sgd.Step(new StepRates(0.1, 0, 0.4));
        Assert.True((kept - Start()).allclose(4 * (scheduled - Start()), rtol: 0, atol: 1e-12));
    }

    private static void Compare(Func<IEnumerable<TrainedParameter>, IOptimizer> ours, double weightDecay, Func<IEnumerable<Parameter>, optim.Optimizer> theirs)
    {
        using var scope = NewDisposeScope();
        Parameter a = Start(), b = Start();
        using var optimizer = ours([new("w", a)]);
        using var reference = theirs([b]);
        for (int step = 0; step < Rates.Length; step++)
        {
            Update(optimizer, a, step, weightDecay);
            reference.zero_grad();
            Loss(b, step).backward();
            foreach (var group in reference.ParamGroups) group.LearningRate = Rates[step];
            reference.step();
            Assert.True(a.allclose(b, rtol: 0, atol: 1e-12), $"step {step}");
        }
    }

    private static void Update(IOptimizer optimizer, Parameter weight, int step, double weightDecay = 0.01)
    {
        optimizer.ZeroGradients();
        Loss(weight, step).backward();
        optimizer.Step(new StepRates(Rates[step], weightDecay, 1));
    }

    private static Parameter Start() => new(tensor([1.0, -2, 0.5, 3]));

    private static Tensor Loss(Tensor weight, int step) => (weight * tensor([0.3, -1.0, 2.0, 0.1 * step])).sum() + 0.1 * weight.pow(4).sum();
}
