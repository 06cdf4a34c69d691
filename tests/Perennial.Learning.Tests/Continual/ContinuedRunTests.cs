using System.Text.Json;
using Perennial.Core.Corpus;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Tests.Pretraining;

namespace Perennial.Learning.Tests.Continual;

/// <summary>Runs that go on from an earlier encoder.</summary>
[Collection(nameof(PretrainerTests))]
public sealed class ContinuedRunTests : IDisposable
{
    private const int Images = 40, OlderImages = 24;
    private static readonly Recipe Tiny = new()
    {
        Backbone = "resnet10",
        Width = 8,
        ImageSize = 16,
        Epochs = 3,
        MaxSteps = 9,
        BatchSize = 8,
        Optimizer = "adamw",
        LearningRate = 0.01,
        Temperature = 0.2,
        ProjectionHidden = 16,
        ProjectionDim = 8,
        DistillationHidden = 16,
        WarmupEpochs = 1,
        KnnEvery = 0,
        Amp = "off",
        Seed = 3,
    };

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"perennial-{Guid.NewGuid():N}");
    private readonly TileSet _tiles = SampleTiles.Make(Images);

    [Theory]
    [InlineData("uniform", "none", 4)]
    [InlineData("class-balanced", "cassle", 5)]
    [InlineData("reservoir", "pfr", 1)]
    public void A_continued_run_that_was_cancelled_goes_on_to_the_same_weights_bit_for_bit(string sampling, string distillation, int stopAfter)
    {
        Recipe recipe = Tiny with { ReplaySampling = sampling, ReplayMemory = 12, Distillation = distillation };
        float[] expected = Train(Continued("whole", recipe));
        using var source = new CancellationTokenSource();
        PretrainRequest stopped = Continued("parts", recipe) with { BetweenReports = TimeSpan.Zero };
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Pretrainer().Run(stopped, new Reports(p => { if (p.Step == stopAfter) source.Cancel(); }), source.Token));
        Assert.Equal(expected, Train(stopped with { Resume = true }));
    }

    [Fact]
    public void Replay_and_distillation_each_change_what_is_learned()
    {
        float[] naive = Train(Continued("naive", Tiny) with { Older = null, TrainRows = [.. Enumerable.Range(OlderImages, Images - OlderImages)] });
        float[] alike = Train(Continued("alike", Tiny) with { Older = null });
        float[] replay = Train(Continued("replay", Tiny));
        float[] distilled = Train(Continued("distilled", Tiny with { Distillation = "pfr" }));
        Assert.Equal(4, new[] { naive, alike, replay, distilled }.Select(weights => weights[0]).Distinct().Count());
    }

    [Fact]
    public void The_log_says_how_a_batch_is_made_up()
    {
        Train(Continued("run", Tiny with { ReplayRatio = 0.25 }));
        JsonElement start = JsonDocument.Parse(File.ReadLines(Path.Combine(_directory, "run", "log.jsonl")).First()).RootElement.GetProperty("content");
        Assert.Equal((6, 2), (start.GetProperty("newer").GetInt32(), start.GetProperty("replayed").GetInt32()));
    }

    [Fact]
    public void A_checkpoint_of_a_run_with_other_older_images_is_refused()
    {
        Train(Continued("run", Tiny));
        Assert.Throws<TrainingException>(() => Train(Continued("run", Tiny) with { Resume = true, Older = [.. Enumerable.Range(0, 10)] }));
    }

    [Theory]
    [InlineData(4)]   // less than an epoch of five
    [InlineData(13)]  // more than three epochs would be with these: it takes the place of epochs
    public void A_budget_in_steps_ends_the_run_after_that_many(int steps)
    {
        using PretrainOutcome outcome = new Pretrainer().Run(Request("run", Tiny with { Epochs = 1, MaxSteps = steps }), null, TestContext.Current.CancellationToken);
        Assert.Equal((steps, steps), (outcome.Last.Step, outcome.Last.Steps));
        Assert.NotNull(outcome.Last.ProjectionStd); // the guard looked, though no epoch may have ended
    }

    [Theory] // the warm-up is at most a tenth; the rate is at its peak then, and near nothing at the end
    [InlineData(100, 10)]
    [InlineData(1000, 20)] // two epochs of ten
    public void A_budget_has_a_short_warm_up_counted_in_steps(int steps, int peak)
    {
        Recipe recipe = Tiny with { MaxSteps = steps, WarmupEpochs = 2 };
        var schedule = Phase.First(recipe, 10).Schedule(recipe, 10);
        Assert.Equal(recipe.LearningRate, schedule.At(peak), 1e-12);
        Assert.True(schedule.At(peak - 2) < recipe.LearningRate);
        Assert.InRange(schedule.At(steps - 1), 0, 1e-3 * recipe.LearningRate);
    }

    [Fact]
    public void A_budget_in_minutes_shortens_the_run_and_a_resumed_one_keeps_the_length_that_was_found()
    {
        Recipe recipe = Tiny with { MaxSteps = 100_000, MaxMinutes = 0.02 };
        PretrainRequest request = Request("run", recipe) with { BetweenReports = TimeSpan.Zero };
        long steps = 0;
        using var source = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            new Pretrainer().Run(request, new Reports(p => { if (p.Step == 20) (steps, _) = (p.Steps, source.CancelAsync()); }), source.Token));
        Assert.InRange(steps, 21, 10_000);
        using PretrainOutcome outcome = new Pretrainer().Run(request with { Resume = true }, null, TestContext.Current.CancellationToken);
        Assert.Equal((steps, steps), (outcome.Last.Step, outcome.Last.Steps));
        Assert.InRange(outcome.Last.LearningRate, 0, 0.5 * recipe.LearningRate); // its cosine has come down
    }

    [Fact]
    public void Heads_of_the_earlier_run_go_on_where_they_fit_and_are_left_where_not()
    {
        Train(Request("first", Tiny));
        string heads = Path.Combine(_directory, "first", "heads.safetensors");
        bool GoOn(string name, Recipe recipe)
        {
            Train(Continued(name, recipe) with { InitialHeads = heads });
            return JsonDocument.Parse(File.ReadLines(Path.Combine(_directory, name, "log.jsonl")).First()).RootElement.GetProperty("content").GetProperty("headsGoOn").GetBoolean();
        }
        Assert.True(GoOn("same", Tiny));
        Assert.True(GoOn("distilled", Tiny with { Distillation = "cassle" }));
        Assert.False(GoOn("wider", Tiny with { ProjectionDim = 6 }));
        Assert.False(GoOn("other", Tiny with { Method = "barlow" }));
        File.WriteAllText(heads, "damaged");
        Assert.False(GoOn("damaged", Tiny));
    }

    [Fact]
    public void Distillation_without_a_previous_encoder_is_refused() =>
        Assert.Contains("distillation: none", Assert.Throws<RecipeException>(() => Train(Request("run", Tiny with { Distillation = "pfr" }))).Message);

    public void Dispose()
    {
        _tiles.Dispose();
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }

    private PretrainRequest Request(string name, Recipe recipe) => new(recipe, _tiles, [.. Enumerable.Range(0, Images)], Path.Combine(_directory, name));

    private PretrainRequest Continued(string name, Recipe recipe)
    {
        Directory.CreateDirectory(_directory);
        string weights = Path.Combine(_directory, "previous.safetensors");
        if (!File.Exists(weights))
        {
            TorchSharp.torch.random.manual_seed(7);
            using var previous = new Encoder(Backbone.Create(Tiny.Description), _tiles.Preprocessing);
            WeightsFile.Write(weights, previous.Backbone);
        }
        return Request(name, recipe) with { InitialWeights = weights, Older = [.. Enumerable.Range(0, OlderImages)] };
    }

    private static float[] Train(PretrainRequest request)
    {
        using var outcome = new Pretrainer().Run(request, null, TestContext.Current.CancellationToken);
        return [.. outcome.Encoder.parameters().SelectMany(p => p.detach().contiguous().data<float>().ToArray())];
    }

    private sealed class Reports(Action<TrainingProgress> seen) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => seen(value);
    }
}
