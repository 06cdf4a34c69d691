namespace Perennial.Endpoints.Contracts;

/// <summary>Embeddings of one generation, in the order of the images.</summary>
/// <param name="Generation">Number of the generation that made them.</param>
/// <param name="Digest">Its embedding space: only vectors of the same digest may be compared.</param>
/// <param name="Dimensions">Length of each embedding.</param>
/// <param name="Embeddings">One an image.</param>
public sealed record EmbedResponse(int Generation, string Digest, int Dimensions, IReadOnlyList<EmbeddingItem> Embeddings);
