namespace Perennial.Background.Triggers;

/// <summary>How well labelled newcomers are named.</summary>
/// <param name="Accuracy">kNN accuracy, [0, 1]; null where nothing could be measured.</param>
/// <param name="AtEvaluation">kNN accuracy on the held-out images when the generation was made.</param>
/// <param name="Newcomers">Labelled newcomers.</param>
/// <param name="Why">Without an accuracy: why, as a sentence.</param>
internal sealed record PerformanceMeasurement(double? Accuracy, double? AtEvaluation, int Newcomers, string? Why);
