using Perennial.Core.Corpus;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Methods;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;
using Perennial.Learning.Tests.Pretraining;

namespace Perennial.Learning.Tests.Continual;

/// <summary>
/// Twenty runs that are broken in different ways, each going on from a healthy generation: the guard stops it, or the gate turns its encoder down. Healthy runs
/// pass both, whichever the method and the seed.
/// </summary>
[Collection(nameof(PretrainerTests))]
public sealed class InducedCollapseTests(InducedCollapseTests.Parent parent) : IClassFixture<InducedCollapseTests.Parent>
{
    public enum Fault
    {
        None,
        NoNegatives,
        RateTimes100,
        NotANumber,
        Infinite,
    }

    public static TheoryData<Fault, string, int> Broken => new(
        Enumerable.Range(1, 7).Select(seed => (Fault.NoNegatives, "simclr", seed))
            .Concat(new[] { "simclr", "byol", "moco", "barlow", "vicreg", "simsiam", "mocov3" }.Select((method, i) => (Fault.RateTimes100, method, 10 + i)))
            .Concat(new[] { "simclr", "byol", "moco", "swav" }.Select((method, i) => (Fault.NotANumber, method, 20 + i)))
            .Concat(new[] { "dino", "barlow" }.Select((method, i) => (Fault.Infinite, method, 30 + i))));

    public static TheoryData<string, int> Healthy => new(
        from method in new[] { "simclr", "byol", "moco", "mocov3", "swav", "dino", "vicreg", "barlow", "simsiam" } from seed in new[] { 1, 2 } select (method, seed));

    [Theory, MemberData(nameof(Broken))]
    public void A_broken_run_is_stopped_or_its_encoder_rejected(Fault fault, string method, int seed)
    {
        (string? stopped, Verdict? verdict) = parent.Run(fault, method, seed);
        Assert.True(stopped is not null || verdict is { Accepted: false }, $"accepted: {string.Join(' ', verdict?.Reasons ?? [])}");
        TestContext.Current.TestOutputHelper?.WriteLine(stopped is not null ? $"stopped: {stopped}" : $"rejected: {string.Join(' ', verdict!.Reasons)}");
        if (stopped is null) return;
        Assert.EndsWith(".", stopped, StringComparison.Ordinal); // a sentence that says what was seen and what to do
        Assert.Contains("Try", stopped, StringComparison.OrdinalIgnoreCase);
        Assert.True(File.Exists(Path.Combine(parent.FolderOf(fault, method, seed), "stopped.safetensors"))); // its state stays for inspection
        Assert.Contains("stopped by the guard", File.ReadAllText(Path.Combine(parent.FolderOf(fault, method, seed), "log.jsonl")), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Healthy))]
    public void A_healthy_run_is_neither_stopped_nor_rejected(string method, int seed)
    {
        (string? stopped, Verdict? verdict) = parent.Run(Fault.None, method, seed);
        Assert.True(stopped is null, stopped);
        Assert.NotNull(verdict);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', verdict.Reasons));
        Assert.True(verdict.Accepted, string.Join(' ', verdict.Reasons));
    }

    /// <summary>The generation that serves, and what is run from it.</summary>
    public sealed class Parent : IDisposable
    {
        private const int Train = 160, Test = 240, Steps = 40, ParentSteps = 160;

        private static readonly GatePolicy Policy = new() { WithLabels = new() { KnnAccuracy = new() { AllowedDrop = 0.08 } }, StandardErrors = 0 }; // other methods with new heads pull a small encoder about; a broken run costs far more

        private readonly string _directory = Path.Combine(Path.GetTempPath(), $"perennial-{Guid.NewGuid():N}");
        private readonly TileSet _tiles = TextureTiles.Make(Train + Test);
        private readonly Scores _scores;
        private readonly int _threads;

        public Parent()
        {
            _threads = TorchSharp.torch.get_num_threads();
            TorchSharp.torch.set_num_threads(1); // networks as small as these lose more by waiting for each other's threads than they gain
            Directory.CreateDirectory(_directory);
            using PretrainOutcome outcome = new Pretrainer().Run(RequestOf("parent", Tiny("simclr", 0) with { MaxSteps = ParentSteps }), null, CancellationToken.None);
            WeightsFile.Write(Weights, outcome.Encoder.Backbone);
            _scores = Measure(outcome.Encoder);
        }

        public double Knn => _scores.KnnAccuracy!.Value;

        private string Weights => Path.Combine(_directory, "weights.safetensors");

        public string FolderOf(Fault fault, string method, int seed) => Path.Combine(_directory, $"{fault}-{method}-{seed}");

        /// <summary>The guard's sentence, or the gate's verdict on what came of it.</summary>
        public (string? Stopped, Verdict? Verdict) Run(Fault fault, string method, int seed)
        {
            Recipe recipe = Tiny(method, seed);
            if (fault == Fault.NoNegatives) recipe = recipe with { LearningRate = 0.01 * (1 + seed % 3), BatchSize = 16 << (seed % 2) }; // quick to fall in
            if (fault == Fault.RateTimes100) recipe = recipe with { LearningRate = 100 * recipe.LearningRate };
            long at = new Random(seed).Next(Steps);
            PretrainRequest request = RequestOf(FolderOf(fault, method, seed), recipe) with
            {
                InitialWeights = Weights,
                Method = fault switch
                {
                    Fault.NoNegatives => (encoder, own) => new NoNegatives(encoder, own),
                    Fault.NotANumber => (encoder, own) => new BrokenViews(SslMethods.Create(encoder, own), at, float.NaN),
                    Fault.Infinite => (encoder, own) => new BrokenViews(SslMethods.Create(encoder, own), at, float.PositiveInfinity),
                    _ => null,
                },
            };
            try
            {
                using PretrainOutcome outcome = new Pretrainer().Run(request, null, TestContext.Current.CancellationToken);
                return (null, Gate.Judge(_scores, Measure(outcome.Encoder), null, outcome.Encoder.Dimensions, Policy));
            }
            catch (TrainingException stop)
            {
                return (stop.Message, null);
            }
        }

        public void Dispose()
        {
            TorchSharp.torch.set_num_threads(_threads);
            _tiles.Dispose();
            Directory.Delete(_directory, recursive: true);
        }

        private PretrainRequest RequestOf(string name, Recipe recipe) => new(recipe, _tiles, [.. Enumerable.Range(0, Train)], Path.Combine(_directory, name));

        private Scores Measure(Encoder encoder)
        {
            int[] train = [.. Enumerable.Range(0, Train)], test = [.. Enumerable.Range(Train, Test)];
            Embeddings embeddings = EncoderRunner.Embed(encoder, _tiles, test);
            return new Scores
            {
                KnnAccuracy = new KnnProbe(_tiles, train, test).Measure(encoder),
                ViewRecall = 0,
                RankMe = RankMe.Measure(embeddings),
                Alignment = 0,
                Uniformity = 0,
                EmbeddingStd = EmbeddingStd.Measure(embeddings),
                TestImages = Test,
                LabelledTestImages = Test,
            };
        }

        private static Recipe Tiny(string method, int seed) => Recipe.Load(method, new Dictionary<string, string>
        {
            ["backbone"] = "resnet10",
            ["width"] = "8",
            ["image_size"] = "16",
            ["max_steps"] = $"{Steps}",
            ["batch_size"] = "32",
            ["optimizer"] = "adamw",
            ["learning_rate"] = "0.002",
            ["warmup_epochs"] = "1",
            ["weight_decay"] = "0.0001",
            ["projection_hidden"] = "64",
            ["projection_dim"] = "32",
            ["knn_every"] = "0",
            ["amp"] = "off",
            ["seed"] = $"{seed}",
        }.Concat(method switch
        {
            "simclr" => [new("temperature", "0.2")],
            "moco" => [new("queue_size", "128"), new("bn_splits", "2"), new("ema_decay", "0.95")],
            "byol" or "mocov3" => [new("ema_decay", "0.95"), new("prediction_hidden", "64")],
            "simsiam" => [new("prediction_hidden", "16")],
            "swav" => [new("prototypes", "16")],
            "dino" => [new("prototypes", "32"), new("ema_decay", "0.95"), new("freeze_last_layer_epochs", "0.2")],
            _ => Array.Empty<KeyValuePair<string, string>>(),
        }).ToDictionary());
    }
}
