using Perennial.Core.Images;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Pretraining;

/// <summary>Beside the same gradient with the graphs of all parts in memory at once.</summary>
[Collection(nameof(PretrainerTests))]
public sealed class LargeBatchTests
{
    private const int Parts = 3, Batch = 4;

    [Theory]
    [InlineData("simclr"), InlineData("byol"), InlineData("moco"), InlineData("mocov3"), InlineData("swav"), InlineData("dino"), InlineData("vicreg"), InlineData("barlow"), InlineData("simsiam")]
    public void The_gradient_of_parts_is_that_of_the_large_batch(string method)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny(method));
        var at = new StepPosition(Precision.Of("off", DeviceType.CPU), 3, 3, new Phase(0, 9));
        Tensor[][] views = [.. Enumerable.Range(0, Parts).Select(_ => made.Views.Select(_ => rand(Batch, 3, 16, 16)).ToArray())];

        Tensor whole = made.Loss(MethodOutputs.Together([.. views.Select(part => made.Outputs(encoder, part, at))]), at);
        whole.backward();
        Tensor[] expected = Gradients(encoder, made);

        (Tensor loss, MethodOutputs outputs) = new LargeBatch(made, encoder).Backward([.. views.Select(part => (Func<Tensor[]>)(() => part))], at);
        Assert.Equal(whole.item<float>(), loss.item<float>(), 1e-4 * Math.Max(1, Math.Abs(whole.item<float>())));
        Assert.Equal(Parts * Batch, outputs.Trained[0].shape[0]);
        foreach (var (one, other) in expected.Zip(Gradients(encoder, made)))
            Assert.True((one - other).norm().item<float>() <= 1e-3 * one.norm().item<float>() + 1e-6, $"{(one - other).norm().item<float>()} of {one.norm().item<float>()}");
    }

    [Theory]
    [InlineData("simclr"), InlineData("byol")] // by two passes, and by adding up
    public void A_scaled_loss_gives_gradients_that_many_times_as_large_and_the_same_loss(string method)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny(method));
        var at = new StepPosition(Precision.Of("off", DeviceType.CPU), 3, 3, new Phase(0, 9));
        Tensor[][] views = [.. Enumerable.Range(0, Parts).Select(_ => made.Views.Select(_ => rand(Batch, 3, 16, 16)).ToArray())];
        Func<Tensor[]>[] parts = [.. views.Select(part => (Func<Tensor[]>)(() => part))];
        (Tensor loss, _) = new LargeBatch(made, encoder).Backward(parts, at);
        Tensor[] plain = Gradients(encoder, made);
        (Tensor again, _) = new LargeBatch(made, encoder).Backward(parts, at, scale: 1024);
        Assert.Equal(loss.item<float>(), again.item<float>(), 1e-4);
        foreach (var (one, scaled) in plain.Zip(Gradients(encoder, made)))
            Assert.True((1024 * one - scaled).norm().item<float>() <= 1e-3 * scaled.norm().item<float>() + 1e-4, $"{one.norm().item<float>()} {scaled.norm().item<float>()}");
    }

    [Fact]
    public void Adding_up_small_batches_would_be_another_gradient()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny("simclr"));
        var at = new StepPosition(Precision.Of("off", DeviceType.CPU), 3, 3, new Phase(0, 9));
        Tensor[][] views = [.. Enumerable.Range(0, Parts).Select(_ => made.Views.Select(_ => rand(Batch, 3, 16, 16)).ToArray())];
        new LargeBatch(made, encoder).Backward([.. views.Select(part => (Func<Tensor[]>)(() => part))], at);
        Tensor[] large = Gradients(encoder, made);
        foreach (Tensor[] part in views) (made.Loss(made.Outputs(encoder, part, at), at) / Parts).backward();
        Assert.Contains(large.Zip(Gradients(encoder, made)), pair => (pair.First - pair.Second).norm().item<float>() > 0.1 * pair.First.norm().item<float>());
    }

    private static Recipe Tiny(string method) => Recipe.Load(method, new Dictionary<string, string>
    {
        ["batch_size"] = $"{Batch}",
        ["accumulate"] = $"{Parts}",
        ["projection_hidden"] = "16",
        ["projection_dim"] = "8",
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
