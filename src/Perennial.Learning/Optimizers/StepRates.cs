namespace Perennial.Learning.Optimizers;

/// <summary>What the schedules give for one update.</summary>
/// <param name="Learning">Learning rate of this step.</param>
/// <param name="WeightDecay">Weight decay of this step.</param>
/// <param name="Peak">The schedule's highest learning rate, for the parameters that keep it.</param>
public readonly record struct StepRates(double Learning, double WeightDecay, double Peak)
{
    /// <summary>One rate for all, without decay.</summary>
    public StepRates(double learning) : this(learning, 0, learning) { }

    internal double Of(TrainedParameter parameter) => parameter.RateFactor * (parameter.FixedRate ? Peak : Learning);

    internal double DecayOf(TrainedParameter parameter) => parameter.Decayed ? WeightDecay : 0;
}
