using Perennial.Core.Images;
using Perennial.Learning.Continual;
using Perennial.Learning.Export;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Tests.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Continual;

[Collection(nameof(PretrainerTests))]
public sealed class DistilledTests
{
    private const int Parts = 2, Batch = 6;

    public static TheoryData<string, string> Compositions => new(
        from method in new[] { "simclr", "byol", "moco", "mocov3", "swav", "dino", "vicreg", "barlow", "simsiam" }
        from distillation in new[] { "cassle", "pfr" }
        select (method, distillation));

    [Theory, MemberData(nameof(Compositions))]
    public void Every_method_takes_the_term_and_the_gradient_of_parts_is_that_of_the_whole(string method, string distillation)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using Encoder encoder = TinyEncoder();
        Recipe recipe = Tiny(method, distillation);
        ISslMethod own = SslMethods.Create(encoder, recipe);
        using Distilled made = new(own, encoder, recipe);
        StepPosition at = At(3);
        Tensor[][] views = [.. Enumerable.Range(0, Parts).Select(_ => made.Views.Select(_ => rand(Batch, 3, 16, 16)).ToArray())];

        MethodOutputs[] outputs = [.. views.Select(part => made.Outputs(encoder, part, at))];
        Tensor alone = own.Loss(MethodOutputs.Together([.. views.Select(part => own.Outputs(encoder, part, at))]), at);
        Tensor whole = made.Loss(MethodOutputs.Together(outputs), at);
        Assert.True(double.IsFinite(whole.item<float>()));
        Assert.NotEqual(alone.item<float>(), whole.item<float>());
        whole.backward();
        Tensor[] expected = Gradients(encoder, made);
        Assert.Contains(made.Heads.named_parameters(), entry => entry.name.StartsWith("distillation.", StringComparison.Ordinal) && entry.parameter.requires_grad);

        (Tensor loss, MethodOutputs together) = new LargeBatch(made, encoder).Backward([.. views.Select(part => (Func<Tensor[]>)(() => part))], at);
        // Where both add up, the term's mean over images is the same; batch-wide terms go through twice.
        Assert.Equal(whole.item<float>(), loss.item<float>(), 1e-3 * Math.Max(1, Math.Abs(whole.item<float>())));
        foreach (var (one, other) in expected.Zip(Gradients(encoder, made)))
            Assert.True((one - other).norm().item<float>() <= 2e-3 * one.norm().item<float>() + 1e-5, $"{(one - other).norm().item<float>()} of {one.norm().item<float>()}");
        made.Updated(encoder, together, at); // the method gets its own outputs back, queues and momentum networks move on
    }

    [Fact]
    public void Without_weight_the_loss_is_that_of_the_method()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using Encoder encoder = TinyEncoder();
        Recipe recipe = Tiny("simclr", "cassle") with { DistillationWeight = 0 };
        ISslMethod own = SslMethods.Create(encoder, recipe);
        using Distilled made = new(own, encoder, recipe);
        Tensor[] views = [rand(Batch, 3, 16, 16), rand(Batch, 3, 16, 16)];
        Assert.Equal(own.Loss(own.Outputs(encoder, views, At(0)), At(0)).item<float>(), made.Loss(made.Outputs(encoder, views, At(0)), At(0)).item<float>(), 1e-5f);
    }

    [Theory]
    [InlineData("simclr", "cassle", 1.0)]
    [InlineData("vicreg", "cassle", 25.0)]
    [InlineData("byol", "pfr", 1.0)]
    public void The_published_weights_are_the_default(string method, string distillation, double weight) =>
        Assert.Equal(weight, new DistillationLoss(Tiny(method, distillation)).Weight);

    [Theory] // by hand: unit rows e1, e2 against e1, e1
    [InlineData("pfr", "simclr", -0.5)]                    // cosines 1 and 0
    [InlineData("cassle", "byol", -0.5)]
    [InlineData("cassle", "vicreg", 0.5)]                  // differences 0 0 / 1 1, mean of squares over four entries
    public void A_loss_is_what_its_formula_says(string distillation, string method, double expected)
    {
        using var scope = NewDisposeScope();
        Tensor predicted = tensor(new float[] { 1, 0, 0, 1 }, [2, 2]), old = tensor(new float[] { 1, 0, 1, 0 }, [2, 2]);
        Assert.Equal(expected, new DistillationLoss(Tiny(method, distillation) with { DistillationWeight = 1 }).Forward(predicted, old).item<float>(), 1e-6);
    }

    [Fact]
    public void The_previous_encoder_stands_still_and_gets_no_gradient_while_the_predictor_learns()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(2);
        using Encoder encoder = TinyEncoder();
        Recipe recipe = Tiny("simclr", "pfr");
        using Distilled made = new(SslMethods.Create(encoder, recipe), encoder, recipe);
        Tensor[] views = [rand(Batch, 3, 16, 16), rand(Batch, 3, 16, 16)];
        Tensor Old() => made.Outputs(encoder, views, At(0)).Targets[^1].clone();
        Tensor before = Old();
        made.Loss(made.Outputs(encoder, views, At(0)), At(0)).backward();
        using (no_grad())
            foreach (var weight in encoder.parameters()) weight.add_(0.1);
        Assert.Equal(before.ToSingles(), Old().ToSingles());
        Assert.All(made.Heads.named_parameters().Where(entry => entry.name.StartsWith("distillation.", StringComparison.Ordinal)), entry => Assert.NotNull(entry.parameter.grad));
    }

    private static StepPosition At(long step) => new(Precision.Of("off", DeviceType.CPU), step, 3, new Phase(0, 9));

    private static Encoder TinyEncoder() => new(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });

    private static Recipe Tiny(string method, string distillation) => Recipe.Load(method, new Dictionary<string, string>
    {
        ["batch_size"] = $"{Batch}",
        ["accumulate"] = $"{Parts}",
        ["projection_hidden"] = "16",
        ["projection_dim"] = "8",
        ["distillation"] = distillation,
        ["distillation_hidden"] = "16",
    }.Concat(method switch
    {
        "moco" => [new("queue_size", "48"), new("bn_splits", "2")],
        "swav" or "dino" => [new("prototypes", "6")],
        _ => Array.Empty<KeyValuePair<string, string>>(),
    }).ToDictionary());

    private static Tensor[] Gradients(Encoder encoder, ISslMethod method)
    {
        var weights = encoder.parameters().Concat(method.Heads.parameters()).Where(weight => weight.grad is not null).ToArray();
        Tensor[] gradients = [.. weights.Select(weight => weight.grad!.clone())];
        foreach (var weight in weights) weight.grad = null;
        return gradients;
    }
}
