namespace Perennial.Background;

/// <summary>What looking every image of the corpus up in a collection has shown.</summary>
/// <param name="Images">Images of the corpus.</param>
/// <param name="Repaired">Images that the collection lacked and has now.</param>
/// <param name="Unreadable">Images that cannot be embedded: their originals are gone or damaged.</param>
/// <param name="Asked">Images of the sample that were embedded again and looked for.</param>
/// <param name="Found">Those of them that were stored with the same vector and were their own nearest image.</param>
internal sealed record IndexAudit(long Images, long Repaired, long Unreadable, int Asked, int Found);
