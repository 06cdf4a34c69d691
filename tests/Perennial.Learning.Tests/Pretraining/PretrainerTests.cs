using Perennial.Core.Corpus;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Learning.Tests.Pretraining;

/// <summary>Alone in the process: initial weights come from torch's global generator.</summary>
[CollectionDefinition(nameof(PretrainerTests), DisableParallelization = true)]
[Collection(nameof(PretrainerTests))]
public sealed class PretrainerTests : IDisposable
{
    private const int Images = 28, StepsPerEpoch = 3; // three batches of 8 and a rest
    private static readonly Recipe Tiny = new()
    {
        Backbone = "resnet10",
        Width = 8,
        ImageSize = 16,
        Epochs = 3,
        BatchSize = 8,
        Optimizer = "adamw",
        LearningRate = 0.01,
        Temperature = 0.2,
        ProjectionHidden = 16,
        ProjectionDim = 8,
        WarmupEpochs = 0.5,
        KnnEvery = 0,
        Seed = 3,
    };

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"perennial-{Guid.NewGuid():N}");
    private readonly TileSet _tiles = SampleTiles.Make(Images);

    [Theory]
    [InlineData("adamw", 1)]
    [InlineData("adamw", 3)]
    [InlineData("sgd", 5)]
    [InlineData("sgd", 8)]
    public void A_cancelled_run_goes_on_to_the_same_weights_bit_for_bit(string optimizer, int stopAfter)
    {
        var recipe = Tiny with { Optimizer = optimizer };
        float[] expected = Train(Request("whole", recipe));
        using var source = new CancellationTokenSource();
        var stopped = Request("parts", recipe) with { BetweenReports = TimeSpan.Zero };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Pretrainer().Run(stopped, new Reports(p => { if (p.Step == stopAfter) source.Cancel(); }), source.Token));
        float[] actual = Train(stopped with { Resume = true }, out var steps);
        Assert.Equal(stopAfter + 1, steps[0]); // it did not begin anew
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void A_killed_run_goes_on_from_its_last_checkpoint_to_the_same_weights()
    {
        float[] expected = Train(Request("whole", Tiny));
        var killed = Request("parts", Tiny) with { BetweenReports = TimeSpan.Zero, BetweenCheckpoints = TimeSpan.Zero };
        Assert.Throws<InvalidDataException>(() =>
            new Pretrainer().Run(killed, new Reports(p => { if (p.Step == 4) throw new InvalidDataException(); }), CancellationToken.None));
        Assert.Equal(expected, Train(killed with { Resume = true }));
    }

    [Fact]
    public void A_finished_run_resumed_gives_its_weights_and_its_score_again()
    {
        var request = Request("run", Tiny) with { Probe = _ => 0.5 };
        float[] expected = Train(request);
        using var outcome = new Pretrainer().Run(request with { Resume = true }, null, TestContext.Current.CancellationToken);
        Assert.Equal(expected, Weights(outcome.Encoder));
        Assert.Equal(0.5, outcome.Last.Knn);
    }

    [Fact]
    public void A_vision_transformer_learns_from_small_crops_with_its_patch_embedding_held_still()
    {
        string path = Path.Combine(_directory, "recipe.yaml");
        Directory.CreateDirectory(_directory);
        File.WriteAllText(path, "method: dino\nbackbone: vit_tiny\nwidth: 8\npatch_size: 4\nimage_size: 16\nfreeze_patch_embed: true\nepochs: 1\nbatch_size: 8\noptimizer: adamw\n" +
            "learning_rate: 0.001\nprojection_hidden: 16\nprojection_dim: 8\nprototypes: 16\nhead_norm: false\nclip_gradient: 3\nlocal_crops: 2\nlocal_views:\n  size: 8\n");
        var recipe = Recipe.Load(path);
        float[] expected = Train(Request("vit", recipe));
        Assert.Equal(expected, Train(Request("again", recipe)));
        using var outcome = new Pretrainer().Run(Request("vit", recipe) with { Resume = true, ExtendBy = 1 }, null, TestContext.Current.CancellationToken);
        TorchSharp.torch.random.manual_seed(recipe.Seed);
        using var initial = (VisionTransformer)Backbone.Create(recipe.Description);
        var trained = (VisionTransformer)outcome.Encoder.Backbone;
        Assert.Equal(initial.Patches.weight.ToSingles(), trained.Patches.weight.ToSingles());
        Assert.NotEqual(initial.Blocks[0].QueryKeyValue.weight.ToSingles(), trained.Blocks[0].QueryKeyValue.weight.ToSingles());
    }

    [Fact]
    public void The_loss_falls_below_that_of_guessing()
    {
        var recipe = Tiny with { Epochs = 40, LearningRate = 0.02 };
        using var outcome = new Pretrainer().Run(Request("run", recipe), null, TestContext.Current.CancellationToken);
        Assert.True(outcome.Last.Loss < 0.9 * Math.Log(2 * 8 - 1), $"{outcome.Last.Loss}");
        Assert.Equal((40, 40L * StepsPerEpoch), (outcome.Last.Epoch, outcome.Last.Step));
        Assert.NotNull(outcome.Last.ProjectionStd);
    }

    [Fact] // short: a processor that cannot multiply float16 converts value by value
    public void Float16_with_a_scaled_loss_begins_as_float32_does()
    {
        var recipe = Tiny with { Epochs = 1, LearningRate = 1e-4, Amp = "fp16" }; // a scale that is too large leaves steps out, which shows less at a low rate
        using var outcome = new Pretrainer().Run(Request("fp16", recipe), null, TestContext.Current.CancellationToken);
        using var exact = new Pretrainer().Run(Request("float32", recipe with { Amp = "off" }), null, TestContext.Current.CancellationToken);
        Assert.Equal(exact.Last.Loss, outcome.Last.Loss, 0.1);
        Assert.NotEqual(Weights(exact.Encoder), Weights(outcome.Encoder));
    }

    [Fact]
    public void Hundreds_of_steps_need_no_more_memory_than_the_first()
    {
        var recipe = Tiny with { Epochs = 75, BatchSize = 7 }; // four steps an epoch
        var (tensors, memory) = (new List<long>(), new List<long>());
        Train(Request("long", recipe) with { BetweenCheckpoints = TimeSpan.FromSeconds(1) }, new Reports(p =>
        {
            if (p.Step % 60 != 0) return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            tensors.Add(TorchSharp.torch.Tensor.TotalCount);
            memory.Add(Environment.WorkingSet);
        }));
        Assert.True(tensors.Count >= 5);
        Assert.InRange(tensors[^1], 0, tensors[0]);
        Assert.InRange(memory[^1] - memory[0], long.MinValue, 20_000_000); // one leaked batch of views a step would be 34 MB
    }

    [Fact]
    public void Another_seed_gives_another_network() =>
        Assert.NotEqual(Train(Request("a", Tiny with { Epochs = 1 })), Train(Request("b", Tiny with { Epochs = 1, Seed = 4 })));

    [Fact]
    public void A_run_leaves_its_recipe_its_log_and_two_checkpoints()
    {
        Train(Request("run", Tiny) with { BetweenCheckpoints = TimeSpan.Zero });
        string run = Path.Combine(_directory, "run");
        Assert.Equal(Tiny, Recipe.Load(Path.Combine(run, "recipe.yaml")));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(run, "checkpoints")).Length);
        string[] kinds = [.. File.ReadLines(Path.Combine(run, "log.jsonl")).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("kind").GetString()!)];
        Assert.Equal(["start", "epoch", "epoch", "epoch", "end"], kinds);
    }

    [Fact]
    public void A_run_that_is_not_resumed_forgets_the_one_before_it_in_the_same_folder()
    {
        Train(Request("run", Tiny with { Epochs = 2, Seed = 9 }));
        float[] again = Train(Request("run", Tiny));
        Assert.Equal(Train(Request("fresh", Tiny)), again);
    }

    [Fact]
    public void Resuming_with_another_recipe_or_other_images_is_refused()
    {
        Train(Request("run", Tiny with { Epochs = 1 }));
        Assert.Throws<RecipeException>(() => Train(Request("run", Tiny with { Epochs = 2 }) with { Resume = true }));
        var fewer = new PretrainRequest(Tiny with { Epochs = 1 }, _tiles, [.. Enumerable.Range(0, 20)], Path.Combine(_directory, "run")) { Resume = true };
        Assert.Throws<TrainingException>(() => Train(fewer));
    }

    [Fact]
    public void An_extended_run_goes_on_and_is_resumed_to_the_same_weights_bit_for_bit()
    {
        Train(Request("whole", Tiny));
        float[] expected = Train(Request("whole", Tiny) with { Resume = true, ExtendBy = 5, BetweenReports = TimeSpan.Zero }, out var seen);
        Assert.Equal(10, seen[0]);
        Assert.Equal(14, seen[^1]);

        Train(Request("parts", Tiny));
        using var source = new CancellationTokenSource();
        var stopped = Request("parts", Tiny) with { Resume = true, BetweenReports = TimeSpan.Zero };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Pretrainer().Run(stopped with { ExtendBy = 5 }, new Reports(p => { if (p.Step == 11) source.Cancel(); }), source.Token));
        Assert.Equal(expected, Train(stopped, out var rest));
        Assert.Equal((12, 14), (rest[0], rest[^1]));
        Assert.Throws<RecipeException>(() => Train(Request("never begun", Tiny) with { Resume = true, ExtendBy = 5 }));
    }

    [Fact]
    public void Fewer_images_than_two_batches_are_refused_with_the_numbers()
    {
        var refusal = Assert.Throws<RecipeException>(() => Train(Request("run", Tiny with { BatchSize = 15 })));
        Assert.Contains("28", refusal.Message);
        Assert.Contains("14", refusal.Message);
    }

    [Fact]
    public void A_warm_start_begins_with_the_weights_of_the_file()
    {
        Directory.CreateDirectory(_directory);
        string path = Path.Combine(_directory, "weights.safetensors");
        using var other = new Encoder(Backbone.Create(Tiny.Description), _tiles.Preprocessing);
        WeightsFile.Write(path, other.Backbone);
        float[] trained = Train(Request("warm", Tiny with { Epochs = 1, LearningRate = 1e-8, WeightDecay = 0 }) with { InitialWeights = path });
        Assert.All(trained.Zip(Weights(other)), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
    }

    public void Dispose()
    {
        _tiles.Dispose();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    private PretrainRequest Request(string name, Recipe recipe) =>
        new(recipe, _tiles, [.. Enumerable.Range(0, Images)], Path.Combine(_directory, name));

    private static float[] Train(PretrainRequest request) => Train(request, out _);

    private static float[] Train(PretrainRequest request, out List<long> steps)
    {
        var seen = steps = [];
        using var outcome = new Pretrainer().Run(request, new Reports(p => seen.Add(p.Step)), TestContext.Current.CancellationToken);
        return Weights(outcome.Encoder);
    }

    private static void Train(PretrainRequest request, Reports reports)
    {
        using var outcome = new Pretrainer().Run(request, reports, TestContext.Current.CancellationToken);
    }

    private static float[] Weights(Encoder encoder) =>
        [.. encoder.parameters().SelectMany(p => p.detach().contiguous().data<float>().ToArray())];

    private sealed class Reports(Action<TrainingProgress> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen(value);
    }
}
