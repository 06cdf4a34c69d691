namespace Perennial.Endpoints.OpenAi;

/// <summary>Embeddings in the order of the input.</summary>
/// <param name="Object">"list".</param>
/// <param name="Data">One an image.</param>
/// <param name="Model">The digest of the embedding space: only vectors of the same one may be compared.</param>
/// <param name="Usage">Images have no tokens: zeros.</param>
public sealed record OpenAiEmbeddingsResponse(string Object, IReadOnlyList<OpenAiEmbedding> Data, string Model, OpenAiUsage Usage);
