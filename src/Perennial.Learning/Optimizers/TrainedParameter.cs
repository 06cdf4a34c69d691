using TorchSharp.Modules;

namespace Perennial.Learning.Optimizers;

/// <summary>A weight as an optimizer sees it.</summary>
/// <param name="Name">Key of its state.</param>
/// <param name="Weight">Changed in place.</param>
/// <param name="Decayed">Whether weight decay applies, and LARS's trust ratio: usually not to biases and norm layers.</param>
/// <param name="FixedRate">Whether it learns at the peak rate throughout (SimSiam's predictor) instead of following the schedule.</param>
public sealed record TrainedParameter(string Name, Parameter Weight, bool Decayed = true, bool FixedRate = false)
{
    /// <summary>Its rate is that of the schedule times this: 1, or less for layers that shall learn more slowly.</summary>
    public double RateFactor { get; init; } = 1;
}
