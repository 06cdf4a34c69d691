namespace Perennial.Core.Corpus;

/// <summary>What is known of a tile besides its pixels.</summary>
internal readonly record struct TileIdentity(string Id, string? Label, Split Split);
