using System.Diagnostics;
using Perennial.Core.Corpus;
using Perennial.Core.Durability;
using Perennial.Learning.Methods;
using Perennial.Learning.Optimizers;
using Perennial.Learning.Views;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// Trains an encoder on images without labels. The order of things: check, build, restore; then for each step: images, views, loss, gradient,
/// update; after each epoch: guard, probe, log, checkpoint. The same seed and thread count give the same weights bit for bit on a CPU,
/// whether the run was interrupted or not.
/// </summary>
public sealed class Pretrainer
{
    /// <summary>Runs to the end, or until it is cancelled: then a checkpoint is written before the exception leaves.</summary>
    /// <param name="request">What to train on and how.</param>
    /// <param name="progress">Told about twice a second and at each epoch's end; may be null.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <exception cref="TrainingException">A collapse, a loss that is not a number, or a checkpoint of another run.</exception>
    /// <exception cref="RecipeException">Fewer images than two batches, or the output directory holds a run of another recipe.</exception>
    public PretrainOutcome Run(PretrainRequest request, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        Recipe recipe = request.Recipe;
        int batch = recipe.LargeBatchSize, stepsPerEpoch = recipe.StepsPerEpoch(request.TrainRows.Count);

        WriteRecipe(request);
        using var log = new RunLog(Path.Combine(request.OutputDirectory, "log.jsonl"));
        var board = new TensorBoardLog(Path.Combine(request.OutputDirectory, "tensorboard"));
        using var state = new TrainingState(recipe, request.Tiles.Preprocessing, request.InitialWeights);
        var checkpoint = new Checkpoint(Path.Combine(request.OutputDirectory, "checkpoints"), RunIdentity.Of(request));
        if (!request.Resume) checkpoint.RemoveAll();
        (long step, Phase phase) = (request.Resume ? checkpoint.Restore(state.Tensors()) : null) ?? (0, new Phase(0, (long)stepsPerEpoch * recipe.Epochs));
        if (request.ExtendBy > 0)
        {
            phase = Extended(request, step, phase);
            checkpoint.Write(step, phase, state.Tensors()); // from here on it is an extended run, whatever happens
        }
        long begun = step, steps = phase.End;
        int epochs = (int)((steps + stepsPerEpoch - 1) / stepsPerEpoch);
        log.Write("start", new { step, steps, trainImages = request.TrainRows.Count, recipe });
        foreach (SkippedImage skipped in request.Tiles.Skipped) log.Write("skipped", skipped);

        WarmupCosine schedule = phase.Schedule(recipe, stepsPerEpoch);
        var precision = Precision.Of(recipe.Amp, state.Encoder.Backbone.Device.type);
        RandomViews[] views = [.. state.Method.Views.Select(parameters => new RandomViews(parameters, recipe.Seed))];
        using var tiles = new TileLoader(request.Tiles, state.Encoder.Backbone.Device);
        var largeBatch = new LargeBatch(state.Method, state.Encoder);
        var guard = new CollapseGuard(state.Method.LossOfCollapse);
        long started = Stopwatch.GetTimestamp(), reported = started, saved = started;
        double lossSum = 0, learningRate = 0;
        double? knn = null, bestKnn = null;
        int lossCount = 0;

        TrainingProgress Now()
        {
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds, speed = seconds > 0 ? (step - begun) * batch / seconds : 0;
            var remaining = TimeSpan.FromSeconds(speed > 0 ? (steps - step) * batch / speed : 0);
            return new((int)(step / stepsPerEpoch), epochs, step, steps, lossCount > 0 ? lossSum / lossCount : 0, learningRate, speed, remaining, knn, guard.Spread, guard.Rank);
        }

        void Probe()
        {
            if (request.Probe is null) return;
            knn = state.Measure(request.Probe);
            bestKnn = Math.Max(bestKnn ?? 0, knn.Value);
        }

        if (step == steps) Probe(); // resumed after its last step
        while (step < steps)
        {
            int epoch = (int)(step / stepsPerEpoch);
            int[] order = EpochOrder.Of(request.TrainRows, recipe.Seed, epoch);
            (lossSum, lossCount) = (0, 0);
            for (int inEpoch = (int)(step % stepsPerEpoch); inEpoch < stepsPerEpoch && step < steps; inEpoch++)
            {
                if (cancellationToken.IsCancellationRequested)
                {
                    checkpoint.Write(step, phase, state.Tensors());
                    log.Write("stopped", Now());
                    cancellationToken.ThrowIfCancellationRequested();
                }
                using var scope = NewDisposeScope();
                var at = new StepPosition(precision, step, stepsPerEpoch, phase);
                Func<Tensor[]>[] parts = [.. order[(inEpoch * batch)..((inEpoch + 1) * batch)].Chunk(recipe.BatchSize).Select(rows => (Func<Tensor[]>)(() =>
                {
                    Tensor images = tiles.Load(rows);                                                 // [N, 3, S, S] uint8
                    return [.. views.Select((view, v) => view.Render(images, rows, epoch, v))]; // each [N, 3, T, T] in [0, 1]
                }))];
                (Tensor cost, MethodOutputs outputs) = largeBatch.Backward(parts, at, precision.NeedsScaling ? state.Scaler.Scale : 1);
                double loss = cost.item<float>();
                learningRate = schedule.At(step - phase.Begin);
                CollapseGuard.CheckLoss(loss, step, learningRate);
                state.Update(at, learningRate, outputs);
                step++;
                (lossSum, lossCount) = (lossSum + loss, lossCount + 1);
                if (step % stepsPerEpoch == 0) guard.Look(outputs.Watched, (int)(step / stepsPerEpoch));
                if (step == steps || Stopwatch.GetElapsedTime(saved) >= request.BetweenCheckpoints)
                {
                    checkpoint.Write(step, phase, state.Tensors());
                    saved = Stopwatch.GetTimestamp();
                }
                if (Stopwatch.GetElapsedTime(reported) >= request.BetweenReports)
                {
                    reported = Stopwatch.GetTimestamp();
                    board.Step(Now());
                    progress?.Report(Now());
                }
            }

            int done = epoch + 1;
            if (lossCount == stepsPerEpoch) guard.Look(lossSum / lossCount, done);
            bool measured = step == steps || (recipe.KnnEvery > 0 && done % recipe.KnnEvery == 0);
            if (measured) Probe();
            board.Epoch(Now(), measured);
            progress?.Report(Now());
            log.Write("epoch", Now());
        }

        log.Write("end", Now());
        return new PretrainOutcome(state.TakeEncoder(), Now(), bestKnn, Stopwatch.GetElapsedTime(started));
    }

    private static Phase Extended(PretrainRequest request, long step, Phase phase) => step == phase.End
        ? new Phase(step, step + request.ExtendBy)
        : throw new RecipeException(step == 0 ? $"{request.OutputDirectory} holds no finished run that could be extended."
            : $"The run in {request.OutputDirectory} stands at step {step} of {phase.End}: resume it to its end, then extend it.");

    private static void WriteRecipe(PretrainRequest request)
    {
        Directory.CreateDirectory(request.OutputDirectory);
        string path = Path.Combine(request.OutputDirectory, "recipe.yaml"), yaml = request.Recipe.ToYaml();
        if (request.Resume && File.Exists(path) && File.ReadAllText(path) != yaml)
            throw new RecipeException($"{path} holds another recipe than the one asked for: resume without changing it, or choose another output directory.");
        DurableFiles.Write(path, System.Text.Encoding.UTF8.GetBytes(yaml));
    }
}
