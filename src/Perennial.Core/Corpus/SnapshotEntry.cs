namespace Perennial.Core.Corpus;

/// <summary>An image as a run sees it.</summary>
/// <param name="Id">SHA-256 of its bytes.</param>
/// <param name="Label">Its label when the snapshot was taken, or null.</param>
/// <param name="Split">By content, see <see cref="Splits"/>.</param>
public sealed record SnapshotEntry(string Id, string? Label, Split Split);
