using Perennial.Core.Search;

namespace Perennial.Endpoints.Contracts;

/// <summary>The nearest images in the embedding space of one generation, best first.</summary>
/// <param name="Generation">Number of the generation whose vectors were compared.</param>
/// <param name="Digest">Digest of its encoder.</param>
/// <param name="Hits">At most k.</param>
public sealed record SearchResponse(int Generation, string Digest, IReadOnlyList<SearchHit> Hits);
