namespace Perennial.Core.Scoring;

/// <summary>What needs no training, by the same k-nearest-neighbour measure on the same images: a model that does not beat both has learned nothing.</summary>
/// <param name="RawPixels">Accuracy on channel-normalised pixels, [0, 1].</param>
/// <param name="Untrained">Accuracy of the same network with random weights, [0, 1].</param>
public sealed record Baselines(double? RawPixels, double? Untrained);
