using Perennial.Commands;
using Perennial.Commands.Training;
using Perennial.Core.Scoring;
using Perennial.Learning.Evaluation;
using Perennial.Learning.Export;
using Perennial.Learning.Networks;
using Perennial.Learning.Pretraining;

namespace Perennial.Bench;

/// <summary>
/// Split-CIFAR-10 and its like: the classes come in tasks of a few, one after the other, and each task's run goes on from the encoder and the heads of the one
/// before, as the service's runs do. Labels say what comes when and measure; nothing learns from them.
/// </summary>
/// <param name="images">Labelled, both sides.</param>
/// <param name="recipe">Of every run; its budget and seed are set here.</param>
/// <param name="tasks">Classes are dealt to so many tasks in their order, 2 or more.</param>
/// <param name="stepsPerTask">Joint training gets as many as all tasks together.</param>
/// <param name="distillation">For the strategy with distillation: cassle or pfr.</param>
/// <param name="folder">Of the runs.</param>
internal sealed class ContinualBench(TrainingImages images, Recipe recipe, int tasks, int stepsPerTask, string distillation, string folder)
{
    private const int K = 20;
    private const double Temperature = 0.1;

    private readonly IReadOnlyList<IReadOnlySet<string>> _classes = Deal(images, tasks);

    /// <summary>Labels of each task.</summary>
    public IReadOnlyList<IReadOnlySet<string>> Classes => _classes;

    /// <summary>Steps that a strategy takes.</summary>
    public long Steps => (long)tasks * stepsPerTask;

    /// <param name="strategy">Which.</param>
    /// <param name="progress">Told how many of the strategy's steps are done.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    public ContinualFigures Run(ContinualStrategy strategy, Action<long> progress, CancellationToken cancellationToken)
    {
        List<IReadOnlyList<double>> accuracies = [];
        double knn = 0, seconds = 0;
        string? previous = null;
        int stages = strategy == ContinualStrategy.Joint ? 1 : tasks;
        for (int stage = 0; stage < stages; stage++)
        {
            using PretrainOutcome outcome = new Pretrainer().Run(RequestOf(strategy, stage, previous), new Progress(stage * (long)stepsPerTask, progress), cancellationToken);
            seconds += outcome.Duration.TotalSeconds;
            previous = FolderOf(strategy, stage);
            WeightsFile.Write(Path.Combine(previous, "weights.safetensors"), outcome.Encoder.Backbone);
            (IReadOnlyList<double> perTask, knn) = Measure(outcome.Encoder, cancellationToken);
            accuracies.Add(perTask);
        }
        return new ContinualFigures(strategy, accuracies, knn, seconds);
    }

    private PretrainRequest RequestOf(ContinualStrategy strategy, int stage, string? previous)
    {
        bool joint = strategy == ContinualStrategy.Joint;
        int[] newer = joint ? [.. images.Train] : [.. RowsOf(images.Train, stage)];
        int[] older = joint || strategy == ContinualStrategy.Finetuning ? [] : [.. Enumerable.Range(0, stage).SelectMany(task => RowsOf(images.Train, task))];
        Recipe own = recipe with
        {
            MaxSteps = joint ? checked((int)Steps) : stepsPerTask,
            Seed = recipe.Seed + stage,
            KnnEvery = 0,
            Distillation = strategy == ContinualStrategy.ReplayAndDistillation && previous is not null ? distillation : "none",
        };
        return new PretrainRequest(own, images.Tiles, [.. older.Concat(newer).Order()], FolderOf(strategy, stage))
        {
            InitialWeights = previous is null ? null : Path.Combine(previous, "weights.safetensors"),
            InitialHeads = previous is null ? null : Path.Combine(previous, "heads.safetensors"),
            Older = older,
        };
    }

    private (IReadOnlyList<double> PerTask, double All) Measure(Encoder encoder, CancellationToken cancellationToken)
    {
        (LabelledRows bank, LabelledRows queries) = LabelledRows.Of(images.Tiles, images.Train, images.Test);
        Embeddings neighbours = EncoderRunner.Embed(encoder, images.Tiles, bank.Rows, cancellationToken);
        var perTask = new double[tasks];
        double right = 0;
        for (int task = 0; task < tasks; task++)
        {
            int[] chosen = [.. Enumerable.Range(0, queries.Rows.Count).Where(i => _classes[task].Contains(images.Tiles.Labels[queries.Rows[i]]!))];
            Embeddings asked = EncoderRunner.Embed(encoder, images.Tiles, [.. chosen.Select(i => queries.Rows[i])], cancellationToken);
            perTask[task] = KnnAccuracy.Measure(neighbours, bank.Labels, asked, [.. chosen.Select(i => queries.Labels[i])], bank.Classes.Count, K, Temperature);
            right += perTask[task] * chosen.Length;
        }
        return (perTask, right / queries.Rows.Count);
    }

    private IEnumerable<int> RowsOf(IReadOnlyList<int> rows, int task) => rows.Where(row => images.Tiles.Labels[row] is { } label && _classes[task].Contains(label));

    private string FolderOf(ContinualStrategy strategy, int stage) => Path.Combine(folder, $"{strategy}-{stage + 1}");

    private static IReadOnlyList<IReadOnlySet<string>> Deal(TrainingImages images, int tasks)
    {
        string[] classes = [.. images.Train.Select(row => images.Tiles.Labels[row]).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length < tasks) throw new UsageException($"{classes.Length} classes do not make {tasks} tasks: give images of more classes in class folders, or fewer --tasks.");
        return [.. Enumerable.Range(0, tasks).Select(task => (IReadOnlySet<string>)classes[(task * classes.Length / tasks)..((task + 1) * classes.Length / tasks)].ToHashSet(StringComparer.Ordinal))];
    }

    private sealed class Progress(long before, Action<long> told) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => told(before + value.Step);
    }
}
