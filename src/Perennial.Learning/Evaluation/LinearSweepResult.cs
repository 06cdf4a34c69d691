namespace Perennial.Learning.Evaluation;

/// <summary>What a linear classifier makes of the test side.</summary>
/// <param name="Top1">Share of images whose class comes first, [0, 1].</param>
/// <param name="Top5">Share of images whose class is among the first five (or all, where there are fewer classes), [0, 1].</param>
/// <param name="Rate">The learning rate that was chosen, of batch 256.</param>
public sealed record LinearSweepResult(double Top1, double Top5, double Rate);
