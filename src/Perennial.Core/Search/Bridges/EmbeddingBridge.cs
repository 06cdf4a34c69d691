namespace Perennial.Core.Search.Bridges;

/// <summary>A way for vectors of one encoder into the collection of another, with what it is worth.</summary>
/// <param name="From">Digest of the encoder whose vectors are mapped.</param>
/// <param name="To">Digest of the encoder among whose vectors they are looked for.</param>
/// <param name="Method">How it was fitted.</param>
/// <param name="Map">What it does with a vector.</param>
/// <param name="Quality">How well it does it.</param>
public sealed record EmbeddingBridge(string From, string To, BridgeMethod Method, AffineMap Map, BridgeQuality Quality);
