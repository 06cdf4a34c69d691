namespace Perennial.Endpoints.Contracts;

/// <summary>Predictions of one generation, in the order of the images.</summary>
/// <param name="Generation">Number of the generation that made them.</param>
/// <param name="Digest">Digest of its encoder.</param>
/// <param name="Predictions">One an image.</param>
public sealed record ClassifyResponse(int Generation, string Digest, IReadOnlyList<Prediction> Predictions);
