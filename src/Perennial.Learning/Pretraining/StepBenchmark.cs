using System.Diagnostics;
using Perennial.Core.Images;
using Perennial.Learning.Methods;
using Perennial.Learning.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace Perennial.Learning.Pretraining;

/// <summary>The speed of a recipe's training steps on random images: the same code as in a run, without decoding, measuring and checkpoints.</summary>
public static class StepBenchmark
{
    private const int WarmupSteps = 2;

    /// <summary>Images (not views) a second.</summary>
    /// <param name="recipe">What a step does; its <see cref="Recipe.LargeBatchSize"/> images are what it counts.</param>
    /// <param name="steps">Steps to time, 1 or more, after two that are not.</param>
    /// <param name="withViews">Draw the random views for each step, or use the same ones again.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static double Measure(Recipe recipe, int steps, bool withViews, CancellationToken cancellationToken = default)
    {
        using var state = new TrainingState(recipe, new Preprocessing { Size = recipe.ImageSize }, initialWeights: null);
        var precision = Precision.Of(recipe.Amp, state.Encoder.Backbone.Device.type);
        var largeBatch = new LargeBatch(state.Method, state.Encoder);
        RandomViews[] views = [.. state.Method.Views.Select(parameters => new RandomViews(parameters, recipe.Seed))];
        int[] rows = [.. Enumerable.Range(0, recipe.BatchSize)];
        using var scope = NewDisposeScope();
        Tensor images = randint(0, 256, [recipe.BatchSize, 3, recipe.ImageSize, recipe.ImageSize], ScalarType.Byte); // [N, 3, S, S]
        Tensor[] ready = Render(0);
        long began = 0;
        for (int step = 0; step < WarmupSteps + steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step == WarmupSteps) began = Stopwatch.GetTimestamp(); // the step before has read its loss: nothing is under way
            using var stepScope = NewDisposeScope();
            var at = new StepPosition(precision, step, WarmupSteps + steps, new Phase(0, WarmupSteps + steps));
            Func<Tensor[]>[] parts = [.. Enumerable.Repeat<Func<Tensor[]>>(() => withViews ? Render(step) : ready, recipe.Accumulate)];
            (Tensor cost, MethodOutputs outputs) = largeBatch.Backward(parts, at, precision.NeedsScaling ? state.Scaler.Scale : 1);
            _ = cost.item<float>();
            state.Update(at, recipe.LearningRate, outputs);
        }
        if (images.device_type == DeviceType.CUDA) cuda.synchronize();
        return recipe.LargeBatchSize * steps / Stopwatch.GetElapsedTime(began).TotalSeconds;

        Tensor[] Render(int epoch) => [.. views.Select((view, number) => view.Render(images, rows, epoch, number))]; // [N, 3, T, T] each
    }
}
