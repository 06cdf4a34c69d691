using Perennial.Endpoints.Contracts;

namespace Perennial.Endpoints.OpenAi;

/// <summary>One image's embedding.</summary>
/// <param name="Object">"embedding".</param>
/// <param name="Index">Position of the image in the input, from 0.</param>
/// <param name="Embedding">Unit length.</param>
public sealed record OpenAiEmbedding(string Object, int Index, EmbeddingValues Embedding);
