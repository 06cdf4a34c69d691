using Perennial.Core.Corpus;
using Perennial.Core.Images;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Tests.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Tests.Methods;

/// <summary>What every method must do, on a network so small that a run takes a second.</summary>
[Collection(nameof(PretrainerTests))]
public sealed class SslMethodTests : IDisposable
{
    private const int Batch = 8;
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"perennial-{Guid.NewGuid():N}");
    private readonly TileSet _tiles = SampleTiles.Make(28);

    public static TheoryData<string> Methods => ["simclr", "byol", "moco", "mocov3", "swav", "dino", "vicreg", "barlow", "simsiam"];

    [Theory]
    [MemberData(nameof(Methods))]
    public void It_trains_stops_and_goes_on_to_the_same_weights_bit_for_bit(string method)
    {
        Recipe recipe = Tiny(method);
        float[] expected = Train(recipe, "whole");
        using var source = new CancellationTokenSource();
        var parts = Request(recipe, "parts") with { BetweenReports = TimeSpan.Zero };
        Assert.ThrowsAny<OperationCanceledException>(() => new Pretrainer().Run(parts, new Told(progress => { if (progress.Step == 4) source.Cancel(); }), source.Token));
        using PretrainOutcome outcome = new Pretrainer().Run(parts with { Resume = true }, null, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Weights(outcome.Encoder));
        Assert.All(expected, value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Gradients_reach_the_encoder_and_every_trained_head_but_no_momentum_network(string method)
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny(method));
        Loss(made, encoder, step: 0).backward();
        Assert.All(encoder.parameters(), weight => Assert.NotNull(weight.grad));
        foreach (var (name, weight) in made.Heads.named_parameters())
            Assert.True(weight.requires_grad == weight.grad is not null, name);
        Assert.Equal(method is "byol" or "moco" or "mocov3" or "dino", made.Heads.parameters().Any(weight => !weight.requires_grad));
    }

    [Theory]
    [InlineData("byol"), InlineData("moco"), InlineData("mocov3"), InlineData("dino")]
    public void The_momentum_network_starts_as_a_copy_and_follows_the_trained_one(string method)
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny(method) with { EmaDecay = 0.75, EmaDecayEnd = 0.75 });
        Tensor slow = made.Heads.named_parameters().Single(entry => entry.name.EndsWith("encoder.backbone.conv1.weight", StringComparison.Ordinal)).parameter;
        Tensor start = encoder.Backbone.state_dict()["conv1.weight"].clone();
        Assert.True(slow.allclose(start));
        using (no_grad()) encoder.Backbone.state_dict()["conv1.weight"].add_(1);
        made.Updated(encoder, Outputs(made, encoder, 0), At(0));
        Assert.True(slow.allclose(start + 0.25, atol: 1e-6));
    }

    [Fact]
    public void The_queue_of_moco_is_a_ring_of_unit_keys()
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using var moco = new MoCo(encoder, Tiny("moco"));
        Tensor queue = moco.Heads.state_dict()["queue"], start = queue.clone();
        for (int step = 0; step < 3; step++) moco.Updated(encoder, Outputs(moco, encoder, step), At(step));
        Assert.True(queue.norm(1).allclose(ones(32), atol: 1e-5));
        Assert.False(queue.narrow(0, 0, 16).allclose(start.narrow(0, 0, 16)));
        Tensor second = queue.narrow(0, 16, 16).clone();
        moco.Updated(encoder, Outputs(moco, encoder, 4), At(4));
        Assert.True(queue.narrow(0, 16, 16).allclose(second)); // the fifth step writes where the first and the third did
    }

    [Fact]
    public void Keys_come_back_in_the_order_of_their_images()
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using var moco = new MoCo(encoder, Tiny("moco") with { BnSplits = 1, Symmetric = false });
        Tensor view = rand(Batch, 3, 16, 16);
        MethodOutputs outputs = moco.Outputs(encoder, [view, view], At(0));
        var projector = (nn.Module<Tensor, Tensor>)moco.Heads.named_children().Single(child => child.name == "projector").module;
        Tensor expected = nn.functional.normalize(projector.call(encoder.Features(view)), dim: 1);
        Assert.True(outputs.Targets[0].allclose(expected, atol: 1e-4));
    }

    [Theory]
    [InlineData("swav"), InlineData("dino")]
    public void Small_crops_go_through_at_their_own_size(string method)
    {
        using var scope = NewDisposeScope();
        Recipe recipe = Tiny(method) with { LocalCrops = 2 };
        recipe = recipe with { LocalViews = recipe.Views with { Size = 8, CropScaleMin = 0.05, CropScaleMax = 0.3 } };
        using PretrainOutcome outcome = new Pretrainer().Run(Request(recipe with { Epochs = 1 }, "crops"), null, TestContext.Current.CancellationToken);
        Assert.True(double.IsFinite(outcome.Last.Loss));
    }

    [Theory]
    [InlineData("swav"), InlineData("dino")]
    public void The_last_layer_is_held_still_in_the_first_epochs(string method)
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod made = SslMethods.Create(encoder, Tiny(method) with { FreezeLastLayerEpochs = 1 });
        var last = made.Heads.named_parameters().Single(entry => entry.name is "prototypes.weight" or "student.last.weight").parameter;
        Loss(made, encoder, step: 0).backward();
        made.BeforeUpdate(At(0));
        Assert.Null(last.grad);
        Loss(made, encoder, step: 3).backward();
        made.BeforeUpdate(At(3));
        Assert.NotNull(last.grad);
    }

    [Fact]
    public void The_queue_of_swav_takes_part_once_it_is_full()
    {
        using var scope = NewDisposeScope();
        using var encoder = new Encoder(Backbone.Create(Backbone.Describe("resnet10", 8, 16)), new Preprocessing { Size = 16 });
        using ISslMethod with = SslMethods.Create(encoder, Tiny("swav") with { QueueSize = 16, QueueFromEpoch = 0 });
        Tensor queue = with.Heads.state_dict()["queue0"];
        for (int step = 0; step < 2; step++) with.Updated(encoder, Outputs(with, encoder, step).Detached(), At(step));
        Assert.True(queue.norm(1).allclose(ones(16), atol: 1e-5));
        Assert.True(double.IsFinite(Loss(with, encoder, step: 2).item<float>()));
    }

    public void Dispose()
    {
        _tiles.Dispose();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    private static Recipe Tiny(string method) => Recipe.Load(method, new Dictionary<string, string>
    {
        ["backbone"] = "resnet10",
        ["width"] = "8",
        ["image_size"] = "16",
        ["epochs"] = "3",
        ["batch_size"] = $"{Batch}",
        ["optimizer"] = "adamw",
        ["learning_rate"] = "0.005",
        ["warmup_epochs"] = "0",
        ["projection_hidden"] = "16",
        ["projection_dim"] = "8",
        ["knn_every"] = "0",
    }.Concat(method switch
    {
        "moco" => [new("queue_size", "32"), new("bn_splits", "2")],
        "swav" => [new("queue_size", "16"), new("queue_from_epoch", "1"), new("prototypes", "6")],
        "dino" => [new("prototypes", "12")],
        "byol" or "mocov3" or "simsiam" => [new KeyValuePair<string, string>("prediction_hidden", "16")],
        _ => Array.Empty<KeyValuePair<string, string>>(),
    }).ToDictionary());

    private static StepPosition At(long step) => new(Precision.Of("off", DeviceType.CPU), step, 3, new Phase(0, 9));

    private static Tensor Loss(ISslMethod method, Encoder encoder, long step) => method.Loss(Outputs(method, encoder, step), At(step));

    private static MethodOutputs Outputs(ISslMethod method, Encoder encoder, long step) =>
        method.Outputs(encoder, [.. method.Views.Select(_ => rand(Batch, 3, 16, 16))], At(step));

    private PretrainRequest Request(Recipe recipe, string folder) => new(recipe, _tiles, [.. Enumerable.Range(0, _tiles.Count)], Path.Combine(_directory, folder));

    private float[] Train(Recipe recipe, string folder)
    {
        using PretrainOutcome outcome = new Pretrainer().Run(Request(recipe, folder), null, TestContext.Current.CancellationToken);
        return Weights(outcome.Encoder);
    }

    private static float[] Weights(Encoder encoder) => [.. encoder.state_dict().Values.SelectMany(weight => weight.to(float32).contiguous().data<float>())];

    private sealed class Told(Action<TrainingProgress> action) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => action(value);
    }
}
