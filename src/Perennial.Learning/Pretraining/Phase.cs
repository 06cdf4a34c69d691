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
    private const double WarmupShareOfExtension = 0.05;

    /// <summary>The schedule over its steps; add <see cref="Begin"/> to go from its steps to the run's.</summary>
    public WarmupCosine Schedule(Recipe recipe, int stepsPerEpoch) => new(
        recipe.LearningRate, (long)(Begin == 0 ? recipe.WarmupEpochs * stepsPerEpoch : WarmupShareOfExtension * (End - Begin)), End - Begin);
}
