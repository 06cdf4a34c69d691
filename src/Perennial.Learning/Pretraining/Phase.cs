using Perennial.Learning.Optimizers;

namespace Perennial.Learning.Pretraining;

/// <summary>
/// A stretch of a run under one schedule: the run as its recipe has it, or an extension, for which the learning rate warms up again and falls once more.
/// Steps are counted through.
/// </summary>
/// <param name="Begin">First step, 0 in the first phase.</param>
/// <param name="End">The step after the last.</param>
internal readonly record struct Phase(long Begin, long End)
{
    private const double WarmupShareOfExtension = 0.05, MostWarmupOfBudget = 0.1;

    /// <summary>The phase of a run that begins: its budget in steps, or its epochs.</summary>
    public static Phase First(Recipe recipe, int stepsPerEpoch) => new(0, recipe.MaxSteps > 0 ? recipe.MaxSteps : (long)stepsPerEpoch * recipe.Epochs);

    /// <summary>The schedule over its steps; add <see cref="Begin"/> to go from its steps to the run's.</summary>
    public WarmupCosine Schedule(Recipe recipe, int stepsPerEpoch)
    {
        long steps = End - Begin;
        double warmup = Begin > 0 ? WarmupShareOfExtension * steps
            : recipe.MaxSteps > 0 || recipe.MaxMinutes > 0 ? Math.Min(recipe.WarmupEpochs * stepsPerEpoch, MostWarmupOfBudget * steps)
            : recipe.WarmupEpochs * stepsPerEpoch;
        return new WarmupCosine(recipe.LearningRate, (long)warmup, steps);
    }
}
