namespace Perennial.Background;

/// <summary>What looking every image of the corpus up in a collection has shown.</summary>
/// <param name="Images">Images of the corpus.</param>
/// <param name="Repaired">Images that the collection lacked and has now.</param>
/// <param name="Unreadable">Images that cannot be embedded: their originals are gone or damaged.</param>
internal sealed record IndexAudit(long Images, long Repaired, long Unreadable);
